"""kill -9, at moments that nobody chose."""

import time

from tests.drills.site import until
from tests.drills.stage import PATIENCE, Drill, Stage

LEAST, MOST = 0.3, 2.0  # seconds between being well again and the next kill
BETWEEN_MASTERS = 12  # seconds: what dies five times within ten stays dead, on purpose


def one_of_gunicorn(stage: Stage):
    """Its servers of requests, and now and then the one above them."""
    last = 0.0
    for _ in range(stage.kills):
        stage.wait(LEAST, MOST)
        master = time.monotonic() - last > BETWEEN_MASTERS
        last = time.monotonic() if master else last
        stage.site.kill_a_child(stage.dice, master=master)
        stage.recover()


def everybody(stage: Stage):
    for _ in range(stage.kills):
        stage.wait(LEAST, MOST)
        began = time.monotonic()
        stage.site.kill()
        stage.site.start()
        stage.recover()
        stage.recoveries[-1] = time.monotonic() - began


def worker_in_a_check(stage: Stage):
    """Akismet was away and is slow now, so the worker has much to ask and takes long for each."""
    stage.akismet.always("503")
    time.sleep(5)
    stage.akismet.always("latency", seconds=0.5)
    stage.site.run("akismet", "recheck").wait()
    stage.site.processes.pop()
    for _ in range(stage.kills):
        asked = len(stage.akismet.requests)
        until(lambda asked=asked: len(stage.akismet.requests) > asked, PATIENCE)
        stage.wait(0, 1)
        stage.site.kill_worker()
        stage.recover()
    stage.akismet.clear()


def postgres(stage: Stage):
    for _ in range(stage.kills):
        stage.wait(LEAST, MOST)
        began = time.monotonic()
        stage.cluster.kill()
        stage.cluster.launch()
        stage.recover()
        stage.recoveries[-1] = time.monotonic() - began


def postgres_for_half_a_minute(stage: Stage):
    stage.cluster.kill()
    time.sleep(30)
    stage.cluster.launch()
    stage.recover()


DRILLS = [
    Drill("kill -9: a process of gunicorn", one_of_gunicorn),
    Drill("kill -9: the whole site", everybody),
    Drill("kill -9: the worker in a check", worker_in_a_check, workers=1),
    Drill("kill -9: PostgreSQL", postgres, postgres=True),
    Drill("PostgreSQL away for 30 s", postgres_for_half_a_minute, postgres=True),
]
