"""Three kills of the many that `make drill` does, under less load and without its waiting."""

import os
from importlib import import_module

from tests import program
from tests.drills.stage import Drill, Stage, rehearse

POSTGRES = os.environ.get("TESTED_DATABASE") == "postgresql"


def three_kills(stage: Stage):
    stage.akismet.always("latency", seconds=0.5)
    stage.wait(0.5, 1.5)
    stage.site.kill_a_child(stage.dice)
    stage.recover()
    stage.site.kill_worker()
    stage.wait(0.5, 1.5)
    stage.site.kill()
    stage.site.start()
    stage.recover()
    stage.akismet.clear()
    stage.crowd.disperse()
    stage.site.let_time_pass()


def test_kills_lose_nothing_double_nothing_and_publish_nothing_unchecked():
    program.collect_static()
    cluster = import_module("tests.postgres").server if POSTGRES else None
    drill = Drill("three kills", three_kills, postgres=POSTGRES, workers=1, writers=4)
    report = rehearse(drill, seed=3, kills=3, cluster=cluster)
    assert report.finding.broken == []
    assert report.finding.acknowledged == report.finding.present > 3
