"""gunicorn's threads, each given a request that has arrived whole, as behind a buffering proxy.

The library gives a thread to every new connection, which somebody slow or silent then occupies,
and its only poller waits for clients that are slow to close: eight of them stop a site. Here the
poller collects what arrives, and a thread waits for nobody but a client that takes its answer.
"""

import re
import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ

from gunicorn.util import close
from gunicorn.workers.gthread import TConn, ThreadWorker

# Seconds: for a request to arrive, for a piece to be taken or sent, for a client to close its end.
ARRIVAL, PIECE, GOODBYE = 20, 10, 5
# Bytes: of a head, of a request that is collected, and of all of them. A larger request can only
# be an author's picture: its head is enough to tell whether it is, and a thread reads the rest.
HEAD_MOST, REQUEST_MOST, ALL_MOST = 65_536, 300_000, 32_000_000
HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Connection(TConn):
    """A connection with what has arrived of its next request."""

    def __init__(self, worker, *args):
        super().__init__(worker.cfg, *args)
        self.worker = worker
        self.data_ready = True  # else the library's thread would wait for it
        self.start_over()

    def start_over(self) -> None:
        self.arrived = bytearray()
        self.wanted = None  # bytes of head and body, once the head is there
        self.is_partial = False

    def init(self):
        super().init()
        self.sock.settimeout(PIECE)

    def add(self, data: bytes) -> None:
        searched = max(len(self.arrived) - len(HEAD_ENDS), 0)
        self.arrived += data
        while self.arrived.startswith(b"\r\n"):  # RFC 9112, section 2.2
            del self.arrived[:2]
        end = self.arrived.find(HEAD_ENDS, searched)
        if self.wanted is None and end >= 0:
            head = bytes(self.arrived[: end + len(HEAD_ENDS)])
            length = LENGTH.search(head)
            self.wanted = len(head) + (int(length[1]) if length else 0)
            self.is_partial = self.wanted > REQUEST_MOST or bool(CHUNKED.search(head))

    def is_ready(self) -> bool:
        return self.wanted is not None and (self.is_partial or len(self.arrived) >= self.wanted)

    def is_endless(self) -> bool:
        return self.wanted is None and len(self.arrived) > HEAD_MOST

    def hand_over(self) -> None:
        self.init()
        self.parser.unreader.unread(bytes(self.arrived))
        self.arrived, self.wanted = bytearray(), None

    def close(self, graceful=False):
        if graceful:
            self.worker.say_goodbye(self)
        else:
            close(self.sock)


class BufferingWorker(ThreadWorker):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.max_keepalived = self.worker_connections // 2
        self.arriving: dict[Connection, float] = {}  # with their deadlines, the next one first
        self.leaving: dict[Connection, float] = {}

    def accept(self, listener):
        with suppress(BlockingIOError, ConnectionAbortedError):
            client, address = listener.accept()
            self.nr_conns += 1
            self.enqueue_req(Connection(self, client, address, listener.getsockname()))
            if self.nr_conns >= self.worker_connections and self.arriving:
                self.drop(next(iter(self.arriving)))

    def enqueue_req(self, conn):
        """Collect a request; `collect` gives it to a thread."""
        conn.sock.setblocking(False)
        if conn.parser:
            conn.add(conn.parser.unreader.take_buffered())
        self.arriving[conn] = time.monotonic() + ARRIVAL
        self.poller.register(conn.sock, EVENT_READ, partial(self.collect, conn))
        self.collect(conn)

    def collect(self, conn, client=None):
        if conn not in self.arriving:
            return None  # dropped for another one since the poller saw it
        try:
            while not conn.is_ready():
                data = conn.sock.recv(65536)
                if not data or conn.is_endless():
                    return self.drop(conn)
                conn.add(data)
        except BlockingIOError:
            return self.make_room()
        except OSError:
            return self.drop(conn)
        self.forget(conn)
        conn.hand_over()
        return super().enqueue_req(conn)

    def make_room(self):
        while sum(len(conn.arrived) for conn in self.arriving) > ALL_MOST:
            self.drop(next(iter(self.arriving)))

    def forget(self, conn):
        del self.arriving[conn]
        self.poller.unregister(conn.sock)

    def drop(self, conn):
        self.forget(conn)
        self.nr_conns -= 1
        conn.close()

    def handle_request(self, req, conn):
        if conn.is_partial:
            req.force_close()  # what nobody asked for is not read to its end
        with suppress(TimeoutError):
            return super().handle_request(req, conn)
        return False

    def say_goodbye(self, conn):
        """Read on until the client closes too: what it still sends must not cut off its answer."""
        conn.sock.setblocking(False)
        self.leaving[conn] = time.monotonic() + GOODBYE
        self.poller.register(conn.sock, EVENT_READ, partial(self.read_on, conn))
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.let_go(conn)

    def read_on(self, conn, client):
        try:
            if not conn.sock.recv(65536):
                self.let_go(conn)
        except BlockingIOError:
            pass
        except OSError:
            self.let_go(conn)

    def let_go(self, conn):
        del self.leaving[conn]
        self.poller.unregister(conn.sock)
        conn.close()

    def murder_pending(self):
        """The library calls this once a second at least, and while it waits to stop."""
        now = time.monotonic()
        for conn, deadline in list(self.arriving.items()):
            if deadline < now or not (self.alive or conn.arrived):
                self.drop(conn)
        for conn, deadline in list(self.leaving.items()):
            if deadline < now:
                self.let_go(conn)
