"""What the stand-in can do wrong: other answers, and trouble on the wire."""

import socket
import struct
from dataclasses import dataclass, field


@dataclass
class Reply:
    body: bytes | str = "false"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


# Faults that are only another answer; None leaves the body as it would have been.
ANSWERS = {
    "ham": ("false", 200, {}),
    "spam": ("true", 200, {}),
    "discard": ("true", 200, {"X-akismet-pro-tip": "discard"}),
    "discard-ham": ("false", 200, {"X-akismet-pro-tip": "discard"}),
    "recheck": ("false", 200, {"X-akismet-recheck-after": "120"}),
    "error": ("false", 200, {"X-akismet-error": "1", "X-akismet-alert-code": "10502"}),
    "alert": (None, 200, {"X-akismet-alert-code": "30001", "X-akismet-alert-msg": "Pay"}),
    "invalid": ("invalid", 200, {"X-akismet-debug-help": "We were unable to parse your key"}),
    "upper": ("FALSE", 200, {}),
    "bom": ("\ufefffalse", 200, {}),
    "newline": ("false\n", 200, {}),
    "true-newline": ("true\n", 200, {}),
    "garbage": ("<html>It works!</html>", 200, {}),
    "bytes": (b"\xff\xfe\x00", 200, {}),
    "empty": ("", 200, {}),
    "204": ("", 204, {}),
    "302": ("false", 302, {"Location": "/1.1/elsewhere"}),
    "403": ("false", 403, {}),
    "429": ("false", 429, {"Retry-After": "120"}),
    "500": ("false", 500, {}),
    "503": ("false", 503, {}),
}


def changed(reply: Reply, name: str, **options) -> Reply:
    """The answer as a fault makes it; `body`, `status` and `headers` override the fault's own."""
    body, status, headers = ANSWERS[name]
    return Reply(
        options.get("body", reply.body if body is None else body),
        options.get("status", status),
        reply.headers | headers | options.get("headers", {}),
    )


# What goes wrong on the wire. Each ends the connection.


def latency(handler, reply: Reply, seconds: float = 3) -> None:
    handler.pause(seconds)
    handler.send(reply)


def timeout(handler, reply: Reply) -> None:
    latency(handler, reply, 60)


def drip(handler, reply: Reply, every: float = 0.1, headers: bool = False) -> None:
    """A slow loris: byte for byte, from the status line on or in the body only."""
    head, body = handler.head(reply, 60), str(reply.body).ljust(60).encode()
    if not headers:
        handler.wfile.write(head)
    for byte in (head if headers else b"") + body:
        handler.wfile.write(bytes([byte]))
        handler.pause(every)


def drip_headers(handler, reply: Reply, every: float = 0.1) -> None:
    drip(handler, reply, every, headers=True)


def reset(handler, reply: Reply) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    socket.close(handler.connection.detach())
    handler.close_connection = True


def close(handler, reply: Reply) -> None:
    handler.close_connection = True


def truncate(handler, reply: Reply) -> None:
    handler.wfile.write(handler.head(reply, 5) + b"fals")
    handler.close_connection = True


def flood(handler, reply: Reply, megabytes: int = 8) -> None:
    handler.wfile.write(handler.head(reply, megabytes << 20))
    for _ in range(megabytes):
        handler.wfile.write(b"false   " * (1 << 17))


def gibberish(handler, reply: Reply) -> None:
    handler.wfile.write(b"\x15\x03\x01\x00\x02\x02\x16 not HTTP at all\r\n\r\n")
    handler.close_connection = True


WIRE = {
    "latency": latency,
    "timeout": timeout,
    "drip": drip,
    "drip-headers": drip_headers,
    "reset": reset,
    "close": close,
    "truncate": truncate,
    "flood": flood,
    "gibberish": gibberish,
}
