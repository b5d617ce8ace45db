"""What every drill is given: a site of its own, a crowd in it, a check, and dice that repeat."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests import program
from tests.cluster import Cluster
from tests.drills import law
from tests.drills.crowd import Crowd
from tests.drills.mailbox import Mailbox
from tests.drills.site import Site, until
from tests.drills.witness import Witness

PATIENCE = 180  # seconds in which everything must be as it should, once a fault has ended
databases = count(1)


@dataclass
class Stage:
    site: Site
    akismet: Witness
    dice: random.Random
    kills: int
    folder: Path
    mailbox: Mailbox
    cluster: Cluster | None = None
    crowd: Crowd | None = None
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the end of each fault until a comment was taken again."""
    broken: list[str] = field(default_factory=list)

    def wait(self, least: float, most: float):
        time.sleep(self.dice.uniform(least, most))

    def recover(self):
        """Until somebody who writes now is acknowledged."""
        words = self.crowd.compose(self.dice, "ham")
        took = until(lambda: self.crowd.send(words, self.dice).status == 303, PATIENCE)
        self.recoveries.append(took)

    def require(self, fact, sentence: str):
        if not fact:
            self.broken.append(sentence)


@dataclass(frozen=True)
class Drill:
    name: str
    act: Callable[[Stage], None]
    postgres: bool = False
    webs: int = 1
    workers: int = 0
    writers: int = 6
    variables: Callable[[Stage], dict] = lambda stage: {}
    """Settings of the site beyond the usual ones."""
    prepare: Callable[[Path], str] = lambda folder: ""
    """Makes the folder of the data; why the drill has to be left out, if it has to."""
    clean_up: Callable[[Path], None] = lambda folder: None


@dataclass
class Report:
    drill: str
    finding: law.Finding
    recovery: float
    settled: float
    crowd: Crowd


def rehearse(drill: Drill, seed: int, kills: int, cluster: Cluster | None) -> Report | str:
    """Run one drill; the reason in a sentence where this machine cannot."""
    folder = Path(tempfile.mkdtemp(prefix="afterword-drill-"))
    try:
        if reason := drill.prepare(folder / "data"):
            return reason
        with _staged(drill, seed, kills, folder, cluster) as stage:
            return _perform(drill, stage)
    finally:
        drill.clean_up(folder / "data")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _staged(drill, seed, kills, folder, cluster) -> Iterator[Stage]:
    with Witness() as akismet:
        site = Site(folder / "data", akismet.url, drill.webs, drill.workers)
        dice = random.Random(f"{seed} {drill.name}")  # noqa: S311 (a drill that can be repeated)
        mailbox = Mailbox(program.free_port())
        stage = Stage(site, akismet, dice, kills, folder, mailbox)
        if drill.postgres:
            stage.cluster = cluster
            site.variables["DATABASE_URL"] = _empty_database(cluster)
        site.variables |= drill.variables(stage)
        with site:
            stage.crowd = Crowd(site.urls, akismet.cleared, dice)
            yield stage


def _empty_database(cluster: Cluster) -> str:
    name = f"drill_{next(databases)}"
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster.url.rpartition("/")[0] + f"/{name}"


def _perform(drill, stage) -> Report:
    stage.crowd.gather(drill.writers)
    try:
        drill.act(stage)
    finally:
        stage.crowd.disperse()
    settled = until(lambda: stage.site.is_up() and law.is_finished(stage.site), PATIENCE)
    finding = law.judge(stage.site, stage.crowd)
    finding.broken += stage.broken
    finding.require(max(stage.recoveries) < PATIENCE, "it did not recover")
    return Report(drill.name, finding, max(stage.recoveries), settled, stage.crowd)
