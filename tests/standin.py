"""A stand-in for Akismet on loopback, with faults on demand. Nothing here judges as Akismet does.

In tests `with StandIn() as akismet:`; by hand `python -m tests.standin --port 8199`, then
POST {"name": "503", "standing": true} to /_fault, "" to /_clear, and GET /_requests.
"""

import argparse
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.standin_faults import ANSWERS, WIRE, Reply, changed

THANKS = "Thanks for making the web a better place."
USAGE = {"limit": 1000, "usage": 20, "percentage": "2.00", "throttled": False}
REQUIRED = {
    "/1.1/verify-key": ("key", "blog"),
    "/1.1/comment-check": ("api_key", "blog", "user_ip"),
    "/1.1/submit-spam": ("api_key", "blog", "user_ip"),
    "/1.1/submit-ham": ("api_key", "blog", "user_ip"),
    "/1.2/usage-limit": ("api_key",),
}


@dataclass(frozen=True)
class Request:
    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Fault:
    name: str
    options: dict


class StandIn(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0, invalid_keys: tuple[str, ...] = ("invalid",)):
        super().__init__(("127.0.0.1", port), Handler)
        self.invalid_keys = invalid_keys
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._once: list[Fault] = []
        self._standing: Fault | None = None

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.stopping.set()
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def checks(self) -> list[dict[str, str]]:
        """The forms sent for a check, oldest first."""
        return [request.form for request in self.requests if request.path == "/1.1/comment-check"]

    def next(self, name: str, **options) -> None:
        """One fault for one request; several queue up."""
        self._once.append(known(Fault(name, options)))

    def always(self, name: str, **options) -> None:
        """A fault for every request until `clear`, where no `next` is left."""
        self._standing = known(Fault(name, options))

    def clear(self) -> None:
        self._once.clear()
        self._standing = None

    def take(self) -> Fault | None:
        try:
            return self._once.pop(0)
        except IndexError:
            return self._standing

    def wait_for(self, count: int, seconds: float = 2) -> None:
        """Until so many requests have come in."""
        end = time.monotonic() + seconds
        while len(self.requests) < count:
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.requests)} requests instead of {count}")
            time.sleep(0.005)

    def answer(self, request: Request) -> Reply:
        """As Akismet answers when nothing is wrong."""
        if request.path not in REQUIRED:
            return Reply("Not found", 404)
        for name in REQUIRED[request.path]:
            if not request.form.get(name):
                return Reply(f"Missing required field: {name}.")
        valid = request.form.get("key", request.form.get("api_key")) not in self.invalid_keys
        if request.path == "/1.1/verify-key":
            return Reply("valid" if valid else "invalid")
        if not valid:
            return Reply("invalid", headers={"X-akismet-debug-help": "Unknown key"})
        if request.path == "/1.2/usage-limit":
            return Reply(json.dumps(USAGE), headers={"Content-Type": "application/json"})
        if request.path == "/1.1/comment-check":
            return Reply("true" if is_spam(request.form) else "false")
        return Reply(THANKS)

    def handle_error(self, request, client_address):
        pass  # a client that gave up, as some tests want it to


def is_spam(form: dict[str, str]) -> bool:
    if form.get("user_role") == "administrator":
        return False
    return (
        form.get("comment_author") == "akismet-guaranteed-spam"
        or form.get("comment_author_email") == "akismet-guaranteed-spam@example.com"
        or "spamspam" in form.get("comment_content", "")
    )


def known(fault: Fault) -> Fault:
    if fault.name not in ANSWERS and fault.name not in WIRE:
        raise ValueError(f"No fault is called {fault.name}: {', '.join([*ANSWERS, *WIRE])}")
    return fault


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self):
        if self.path == "/_requests":
            self.send(Reply(json.dumps([asdict(request) for request in self.server.requests])))
        else:
            self.speak(urlsplit(self.path).query)

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path in ("/_fault", "/_clear"):
            self.send(self.control(text))
        else:
            self.speak(text)

    def control(self, text: str) -> Reply:
        if self.path == "/_clear":
            self.server.clear()
            return Reply("clear")
        fault = json.loads(text)
        name, standing = fault.pop("name"), fault.pop("standing", False)
        try:
            (self.server.always if standing else self.server.next)(name, **fault)
        except ValueError as error:
            return Reply(str(error), 400)
        return Reply("set")

    def speak(self, text: str) -> None:
        form = dict(parse_qsl(text, keep_blank_values=True))
        request = Request(urlsplit(self.path).path, form, dict(self.headers))
        fault = self.server.take()
        self.server.requests.append(request)
        reply = self.server.answer(request)
        reply.headers.setdefault("X-akismet-guid", "0123456789abcdef0123456789abcdef")
        if fault and fault.name in WIRE:
            WIRE[fault.name](self, reply, **fault.options)
        else:
            self.send(changed(reply, fault.name, **fault.options) if fault else reply)

    def send(self, reply: Reply) -> None:
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.wfile.write(self.head(reply, len(body)) + body)

    def head(self, reply: Reply, length: int) -> bytes:
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": length}
        headers |= reply.headers
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('?',))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def pause(self, seconds: float) -> None:
        self.server.stopping.wait(seconds)

    def log_message(self, format, *args):
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8199)
    port = parser.parse_args().port
    try:
        server = StandIn(port)
    except OSError as error:
        sys.exit(f"The stand-in for Akismet can not use port {port}: {error.strerror}.")
    print(f"This is not Akismet but a stand-in for it, at {server.url}")
    print('Spam: the name "akismet-guaranteed-spam", or the word "spamspam" in a comment.')
    print(f'POST {{"name": "503", "standing": true}} to /_fault: {", ".join([*ANSWERS, *WIRE])}')
    print("POST to /_clear ends it; GET /_requests shows what was sent.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
