"""Where the site keeps things fails for a while: the database is locked, the disk full or ill."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from tests import program
from tests.drills.stage import Drill, Stage

SPELL = 20  # seconds that a disk is full or read-only
LOCKED = 30
ROOM = 24  # megabytes of the disk that is filled


@contextmanager
def _locked(stage):
    """By another program, as a backup or a migration does it."""
    if stage.cluster:
        with psycopg.connect(stage.site.variables["DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE comments_comment IN EXCLUSIVE MODE")
            yield
            connection.rollback()
        return
    file = stage.site.folder / "db.sqlite3"
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def locked_database(stage: Stage):
    time.sleep(2)
    with _locked(stage):
        read = stage.crowd.reads[200]
        time.sleep(LOCKED)
        stage.require(stage.crowd.reads[200] - read > LOCKED, "readers had to wait")
    stage.require(stage.crowd.answers[503], "nobody was told")
    stage.recover()


def full_disk(stage: Stage):
    time.sleep(2)
    ballast = stage.site.folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        _fill(file)
        for _ in range(SPELL):
            time.sleep(1)
            _fill(file)  # what a checkpoint has given back
    stage.require(stage.crowd.answers[503], "the disk was not full")
    ballast.unlink()
    stage.recover()


def _fill(file):
    for size in (2**20, 4096, 1):
        try:
            while True:
                file.write(bytes(size))
        except OSError:
            continue


def read_only_disk(stage: Stage):
    """The kernel's own act, when a disk has an error. An operator mends the disk, and starts."""
    time.sleep(2)
    folder = stage.site.folder
    loop = Path(Path("/proc/mounts").read_text().partition(f" {folder} ")[0].split()[-1]).name
    Path(f"/sys/fs/ext4/{loop}/trigger_fs_error").write_text("a drill")
    read, refused = stage.crowd.reads[200], stage.crowd.answers[503]
    time.sleep(SPELL)
    stage.require(stage.crowd.reads[200] - read > SPELL, "reading did not go on")
    stage.require(stage.crowd.answers[503] > refused, "nobody was told")
    started = program.run("check", **stage.site.variables)
    stage.require("is on a disk that is read-only" in started.output, started.output)
    stage.site.kill()
    for act in (["umount", folder], ["e2fsck", "-fy", _image(folder)], _mount(folder)):
        subprocess.run(act, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    stage.site.start()
    stage.recover()


def disk_of_its_own(folder: Path) -> str:
    """A small file system in a file, with the blocks of a large one.

    SQLite reserves the memory that its processes share by 4 KB. Where a block is smaller and the
    disk is full, the kernel ends them (SIGBUS).
    """
    folder.mkdir()
    if os.getuid():
        return "only root may mount a small disk"
    with _image(folder).open("wb") as image:
        image.truncate(ROOM * 2**20)
    acts = (["mkfs.ext4", "-q", "-m", "0", "-b", "4096", _image(folder)], _mount(folder))
    can = all(subprocess.run(act).returncode == 0 for act in acts)  # noqa: S603
    return "" if can else "no file system can be made and mounted here"


def _image(folder: Path) -> Path:
    return folder.with_suffix(".disk")


def _mount(folder: Path) -> list:
    return ["mount", "-o", "loop,errors=remount-ro", _image(folder), folder]


def give_back(folder: Path):
    subprocess.run(["umount", folder], stderr=subprocess.DEVNULL)  # noqa: S603, S607


ON_A_DISK = {"prepare": disk_of_its_own, "clean_up": give_back}
DRILLS = [
    Drill("SQLite locked for 30 s", locked_database, writers=3),
    Drill("PostgreSQL locked for 30 s", locked_database, postgres=True, writers=3),
    Drill("disk full for 20 s", full_disk, **ON_A_DISK),
    Drill("disk read-only", read_only_disk, **ON_A_DISK),
]
