"""A reverse proxy on loopback that adds to X-Forwarded-For what it sees, as real ones do."""

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Proxy(ThreadingHTTPServer):
    """Forwards to `upstream`; `sees` is the address it takes its client to have."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: str, sees: str):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.sees = urlsplit(upstream).netloc, sees

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        chain = [*self.headers.get_all("X-Forwarded-For", []), self.server.sees]
        upstream = HTTPConnection(self.server.upstream)
        upstream.request("POST", self.path, body, headers | {"X-Forwarded-For": ", ".join(chain)})
        answer = upstream.getresponse()
        self.send_response(answer.status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        upstream.close()

    def log_message(self, format, *args):
        pass
