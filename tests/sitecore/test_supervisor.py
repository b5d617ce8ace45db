import subprocess
import sys

from tests import program

CRASH_LOOP = """
import time
from sitecore import supervisor
supervisor.PAUSE, supervisor.GRACE = 0.02, 1

def crash(wanted):
    raise SystemExit(3)

def idle(wanted):
    time.sleep(60)

children = [supervisor.Child("crasher", crash), supervisor.Child("idler", idle)]
raise SystemExit(supervisor.Supervisor(children, when_stopping=lambda: None).run())
"""


def test_a_child_that_keeps_dying_ends_the_whole():
    ended = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", CRASH_LOOP],
        cwd=program.HOME,
        capture_output=True,
        text=True,
        timeout=20,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 1
    assert "crasher keeps dying: stopping" in ended.stderr
