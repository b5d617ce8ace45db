"""The program as an operator runs it: `manage.py` in a process, with an environment of its own."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def environment(**variables) -> dict:
    """Only what a program needs, and what the test says."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | {"DATA_DIR": folder()} | variables


def folder() -> str:
    """A new folder that is gone when the tests end."""
    path = tempfile.mkdtemp(prefix="afterword-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def run(*args, **variables) -> subprocess.Popen:
    """The ended process; `output` is what it said on both streams."""
    process = start(*args, **variables)
    process.output = process.communicate(timeout=60)[0]
    return process


def start(*args, **variables) -> subprocess.Popen:
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "manage.py", *args],
        cwd=HOME,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@cache
def collect_static() -> None:
    """What pages of the checkout's own program need, once."""
    run("collectstatic", "--noinput", "--verbosity=0")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, seconds: float = 20) -> None:
    """Until the program answers there."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - http on loopback
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
