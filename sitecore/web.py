"""gunicorn, run from inside `manage.py serve`."""

import os
import signal
import socket

from django.conf import settings
from django.core.management.base import CommandError
from gunicorn.app.base import Application
from gunicorn.arbiter import Arbiter
from gunicorn.util import parse_address

CONFIG = settings.BASE_DIR / "gunicorn.conf.py"


def listen(bind: str) -> socket.socket:
    """The socket is the parent's: requests wait in it while gunicorn is started anew."""
    try:
        host, port = parse_address(bind)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Room for a page: a thread need not wait until somebody slow has taken it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 512 * 1024)
        return listener
    except (ValueError, RuntimeError, OverflowError):
        raise CommandError(f"BIND must be an address and a port, not “{bind}”.") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error.strerror
        raise CommandError(f"Cannot serve at {bind} ({reason}). Set BIND.") from None


class Web(Application):
    def __init__(self, listener):
        self.listener = listener
        super().__init__()

    def load_config(self):
        self.load_config_from_file(str(CONFIG))
        self.cfg.set("bind", f"fd://{self.listener.fileno()}")

    def load(self):
        from sitecore.wsgi import application

        return application

    def serve(self, wanted):
        self.wanted = wanted
        Master(self).run()


class Master(Arbiter):
    def murder_workers(self):  # once a second
        if not self.app.wanted():
            os.kill(self.pid, signal.SIGTERM)
        super().murder_workers()
