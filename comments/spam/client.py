"""One exchange with Akismet, through the client library and our own HTTP seam below it.

The library takes any object with `post` for its HTTP client. Ours sends to AKISMET_BASE_URL,
ends at a deadline in total, reads 16 KiB at most, and remembers the headers the library ignores.
"""

import functools
import ipaddress
import socket
import ssl
import time
from contextlib import suppress
from importlib.metadata import version
from urllib.parse import urlsplit

import akismet
import httpx
from django.conf import settings

from comments.spam.verdict import Answer, Result

BODY_MOST = 16 * 1024  # bytes
LIBRARY = f"akismet-python/{version('akismet')}"

# The first that fits the exception or one of its causes.
FAULTS = (
    (httpx.TimeoutException, "timeout"),
    (TimeoutError, "timeout"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (ConnectionResetError, "reset"),
    (socket.gaierror, "dns"),
    (httpx.ProxyError, "proxy"),
    (httpx.ConnectError, "unreachable"),
    (httpx.NetworkError, "reset"),
    (httpx.RemoteProtocolError, "closed"),
)
# The library's word counts only together with the exact bytes.
READINGS = {
    (akismet.CheckResponse.HAM, b"false"): Result.HAM,
    (akismet.CheckResponse.SPAM, b"true"): Result.SPAM,
    (akismet.CheckResponse.DISCARD, b"true"): Result.DISCARD,
}


class Stopped(Exception):
    """We gave up on an answer; the argument is our code for it."""


class Call:
    """The HTTP client of one exchange. `abort` may come from another thread."""

    def __init__(self, deadline: float):
        self.deadline = deadline
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = b""
        self.fault = ""
        self._stream = None

    def post(self, url: str, data: dict) -> httpx.Response:
        """What the library calls. It hides every exception, so its code is noted here."""
        try:
            return self._post(url, data)
        except Exception as error:
            self.fault = fault(error)
            raise

    def abort(self) -> None:
        """End a read that is under way: a server that drips bytes must not keep a thread."""
        if self._stream:
            with suppress(OSError):
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _post(self, url: str, data: dict) -> httpx.Response:
        request = {"url": settings.AKISMET_BASE_URL + urlsplit(url).path, "data": data}
        extensions = {"trace": self._trace}
        with (
            new_client(self.deadline - time.monotonic()) as client,
            client.stream("POST", **request, extensions=extensions) as response,
        ):
            self.status = response.status_code
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            self.body = self._read(response)
        pro_tip = {k: v for k, v in self.headers.items() if k == "x-akismet-pro-tip"}
        return httpx.Response(
            self.status, headers=pro_tip, content=self.body, request=response.request
        )

    def _read(self, response: httpx.Response) -> bytes:
        """The raw bytes: we accept no encoding, so nothing can unfold into megabytes."""
        body = b""
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > BODY_MOST:
                raise Stopped("oversized")
            if time.monotonic() >= self.deadline:
                raise Stopped("timeout")
        return body

    def _trace(self, event: str, info: dict) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._stream = info["return_value"]
            if time.monotonic() >= self.deadline:
                self.abort()


def check(key: str, parameters: dict[str, str], call: Call) -> Answer:
    """Ask for a verdict. Raises only what the library is not known to raise."""
    try:
        reading = _library(key, call).comment_check(**parameters)
    except akismet.APIKeyError:
        return _answer(call, fault="invalid-key")
    except akismet.ProtocolError:
        return _answer(call)
    except akismet.RequestError:
        return _answer(call, fault=call.fault)
    return _answer(call, reading=READINGS.get((reading, call.body)))


def verify(key: str, call: Call) -> bool:
    """Whether Akismet knows the key. Raises whatever the network or the library do."""
    return _library(key, call).verify_key()


def fault(error: BaseException | None) -> str:
    """Our short code of an exception. Its text may hold a key or a body, so it is never used."""
    if isinstance(error, Stopped):
        return error.args[0]
    causes = []
    while error:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return next((code for kind, code in FAULTS if _any(causes, kind)), "client")


def is_allowed(url: str) -> bool:
    """https, or anything on loopback: comments and the key do not travel in clear."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def new_client(seconds: float) -> httpx.Client:
    """A client for one request: no shared cookies, no connection gone stale since the last one.

    Proxies and certificates of the environment (HTTPS_PROXY, SSL_CERT_FILE) are honoured: some
    servers reach the world only so. Not for loopback.
    """
    host = urlsplit(settings.AKISMET_BASE_URL).hostname or ""
    return httpx.Client(
        verify=_certificates(),
        timeout=max(seconds, 0.001),
        trust_env=not is_loopback(host),
        headers={
            "User-Agent": f"Afterword/{settings.VERSION} | {LIBRARY}",
            "Accept-Encoding": "identity",
        },
    )


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Once per process: it takes 20 ms."""
    return httpx.create_ssl_context()


def _library(key: str, call: Call) -> akismet.SyncClient:
    config = akismet.Config(key=key, url=settings.SITE_URL)
    return akismet.SyncClient(config=config, http_client=call)


def _answer(call: Call, **kwargs) -> Answer:
    return Answer(status=call.status, headers=call.headers, **kwargs)


def _any(causes: list[BaseException], kind: type) -> bool:
    return any(isinstance(cause, kind) for cause in causes)
