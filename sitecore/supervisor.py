"""Child processes that live and end together: see the command `serve`.

They are forked from a parent that has loaded everything, so they share its memory. A child that
dies is started anew; one that keeps dying ends the whole, so that whoever runs it takes notice.
"""

import logging
import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

GRACE = 15  # seconds from SIGTERM to SIGKILL; gunicorn's own grace is shorter
PAUSE = 1  # seconds before a dead child is started anew
QUICK = 10  # a child younger than this died quickly ...
PATIENCE = 5  # ... and may do so this often in a row
WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass
class Child:
    name: str
    job: Callable[[Callable[[], bool]], None]  # given: whether the parent is still there
    pid: int = 0
    born: float = 0
    quick_deaths: int = 0

    def start(self):
        parent = os.getpid()
        sys.stdout.flush()
        # No signal may arrive before the child has put the parent's handlers away.
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        self.born, self.pid = time.monotonic(), os.fork()
        if self.pid == 0:
            os.setpgid(0, 0)  # Ctrl-C is for the parent, which then ends its children in order
            for number in WATCHED:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        if self.pid == 0:
            self._live(lambda: os.getppid() == parent)

    def _live(self, parent_alive):
        code = 1
        try:
            self.job(parent_alive)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            log.exception("%s failed", self.name)
        finally:
            logging.shutdown()
            os._exit(code & 0xFF)

    def died(self) -> bool:
        """Note a death; whether it may be started again."""
        quick = time.monotonic() - self.born < QUICK
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        self.pid = 0
        return self.quick_deaths < PATIENCE


@dataclass
class Supervisor:
    children: list[Child]
    when_stopping: Callable[[], None]
    signals: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)

    def run(self) -> int:
        """Until a signal says to stop, or a child keeps dying. The exit code."""
        for number in WATCHED:
            signal.signal(number, lambda number, frame: self.signals.put(number))
        self._start()
        while not self._told_to_stop():
            for child, code in self._dead():
                log.error("%s ended (%d), starting it anew", child.name, code)
                if not child.died():
                    log.critical("%s keeps dying: stopping", child.name)
                    return self._stop(1)
            self._start()
        return self._stop(0)

    def _told_to_stop(self) -> bool:
        try:
            return self.signals.get(timeout=PAUSE) != signal.SIGCHLD
        except queue.Empty:
            return False

    def _start(self):
        for child in self.children:
            if not child.pid and time.monotonic() - child.born >= PAUSE:
                child.start()

    def _dead(self):
        """The children that ended and how; in a container also the orphans of others end here."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for child in self.children:
                if child.pid == pid:
                    yield child, os.waitstatus_to_exitcode(status)

    def _stop(self, code: int) -> int:
        self.when_stopping()
        end = time.monotonic() + GRACE
        self._signal(signal.SIGTERM)
        while any(child.pid for child in self.children):
            for child, _ in self._dead():
                child.pid = 0
            if time.monotonic() > end:
                self._signal(signal.SIGKILL)
            time.sleep(0.05)
        return code

    def _signal(self, number):
        for child in self.children:
            if child.pid:
                os.kill(child.pid, number)
