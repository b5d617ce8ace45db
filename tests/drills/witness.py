"""The stand-in for Akismet, which here remembers of which texts it said that they are no spam."""

import socket
import threading

from tests.standin import Fault, Reply, Request, StandIn

IN_TIME = 4  # seconds: AKISMET_TIMEOUT


class Witness(StandIn):
    def __init__(self):
        super().__init__()
        self.cleared: set[str] = set()
        self.dead = False
        self._now = threading.local()

    def die(self):
        """Nobody listens any more, and who is connected already is cut off."""
        self.dead = True
        self.shutdown()
        self.server_close()

    def revive(self):
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self.dead = False
        self.__enter__()

    def take(self) -> Fault | None:
        self._now.fault = Fault("reset", {}) if self.dead else super().take()
        return self._now.fault

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        said = request.path == "/1.1/comment-check" and reply.body == "false"
        if said and is_plain(self._now.fault):
            self.cleared.add(request.form["comment_content"])
        return reply


def is_plain(fault: Fault | None) -> bool:
    """Whether the site may take the answer for one."""
    late = fault and fault.name == "latency" and fault.options["seconds"] < IN_TIME
    return fault is None or bool(late)
