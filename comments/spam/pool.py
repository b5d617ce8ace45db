"""The few threads that may wait for Akismet."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

# gunicorn answers with 4 threads a process. A slow Akismet may take half of them, so that
# reading goes on; the other comments are held at once and left to the worker.
SLOTS = 2


class Busy(Exception):
    pass


class Pool:
    def __init__(self):
        self.renew()

    def renew(self) -> None:
        """Begin anew; in a child after a fork, where the threads of the parent do not exist."""
        self._slots = threading.BoundedSemaphore(SLOTS)
        self._threads = ThreadPoolExecutor(SLOTS, thread_name_prefix="akismet")

    def run[T](self, work: Callable[[], T], timeout: float) -> T:
        """What `work` returns; Busy at once without a free slot, TimeoutError after `timeout` s.

        Work that went on too long keeps its slot until it ends, so the cap is real.
        """
        slots = self._slots
        if not slots.acquire(blocking=False):
            raise Busy
        try:
            future: Future[T] = self._threads.submit(work)
        except RuntimeError:
            slots.release()  # no thread to be had, or the process is ending
            raise
        future.add_done_callback(lambda _: slots.release())
        return future.result(timeout=max(timeout, 0))


POOL = Pool()
os.register_at_fork(after_in_child=POOL.renew)
