"""The site under drill: real processes over one folder or one PostgreSQL, to be killed."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg

from tests import program

START = 60  # seconds; the machine is busy in drills


class Site:
    """One `serve`, or with `webs` and `workers` as many processes as that."""

    def __init__(self, folder: Path, akismet_url: str, webs=1, workers=0, **variables):
        self.folder, self.log = folder, folder.with_suffix(".log")
        self.workers = workers
        self.ports = [program.free_port() for _ in range(webs)]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.variables = {
            "SITE_URL": self.urls[0],
            "DATA_DIR": str(folder),
            "AKISMET_API_KEY": "k3y-of-the-drill",
            "AKISMET_BASE_URL": akismet_url,
            "TRUSTED_PROXIES": "127.0.0.0/8",
            "MODERATORS_EMAIL": "alma@example.org",
            "EMAIL_URL": "dummymail://",
        } | variables
        self.processes: list[subprocess.Popen] = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def start(self):
        """The first web process alone, as it migrates; then the others."""
        apart = ["--no-worker"] if self.workers else []
        for number, port in enumerate(self.ports):
            self.run("serve", *apart, BIND=f"127.0.0.1:{port}")
            if number in (0, len(self.ports) - 1):
                program.wait_for(f"{self.urls[number]}/readyz", START)
        for _ in range(self.workers):
            self.run("worker")

    def run(self, *args, **variables) -> subprocess.Popen:
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 (our own program)
                [sys.executable, "manage.py", *args],
                cwd=program.HOME,
                env=program.environment(**self.variables | variables),
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(START)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def kill(self):
        """Everybody at once, with kill -9."""
        everybody = []
        for process in self.processes:
            parent = psutil.Process(process.pid)
            everybody += [parent, *parent.children(recursive=True)]
        for process in everybody:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(everybody, timeout=START)
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def kill_a_child(self, dice, *, master=False):
        """One of gunicorn's processes: a server of requests, or the one above them."""
        children = psutil.Process(self.processes[0].pid).children()
        masters = [child for child in children if child.children()]
        servers = [server for child in masters for server in child.children()]
        if victims := masters if master else servers:
            dice.choice(victims).kill()

    def kill_worker(self):
        """The last process started, and another in its place."""
        process = self.processes.pop()
        process.kill()
        process.wait()
        self.run("worker")

    def is_up(self) -> bool:
        try:
            for url in self.urls:
                program.wait_for(f"{url}/readyz", 0)
        except OSError:
            return False
        return True

    def let_time_pass(self):
        """What was to be done later is due now: a lease, an attempt that follows another."""
        due = "UPDATE comments_comment SET check_at = created_at WHERE check_at IS NOT NULL"
        self.rows(f"{due} RETURNING id")

    def rows(self, query: str) -> list[tuple]:
        """Asked of the database itself, not by way of the program under drill."""
        url = self.variables.get("DATABASE_URL")
        if url:
            with psycopg.connect(url, autocommit=True) as connection:
                return connection.execute(query).fetchall()
        file = self.folder / "db.sqlite3"
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as connection:
            return connection.execute(query).fetchall()


def until(fact, seconds: float) -> float:
    """How many seconds it took for the fact to come true; infinite if it did not."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > seconds:
            return float("inf")
        time.sleep(0.2)
    return time.monotonic() - began
