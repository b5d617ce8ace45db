"""Reading the environment: an empty variable counts as unset, a wrong one is said in a sentence."""

from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

SMTP = environ.Env.EMAIL_SCHEMES["smtp"]
BOOLEANS = dict.fromkeys(("1", "true", "yes", "on"), True)
BOOLEANS |= dict.fromkeys(("0", "false", "no", "off"), False)
KEY_LEAST = 50
# Seconds to wait for another writer. SQLite does not serve them in the order they came, so a crowd
# needs some. But who waits holds a thread, and with all of them held nobody can read; so then a
# page says that the comment is not stored yet.
LOCK_WAIT = 10
CASTS = {  # what a default's type accepts, and how a sentence names it
    str: (str, "text"),
    float: (float, "a number"),
    bool: (lambda text: BOOLEANS[text.lower()], "true or false"),
    list: (lambda text: [part for p in text.split(",") if (part := p.strip())], "a list"),
}


class Variables(FileAwareMapping):
    """os.environ, or the file that NAME_FILE names. A file's last line may end in a newline."""

    def __getitem__(self, name):
        try:
            value = super().__getitem__(name).strip()
        except OSError as error:
            file = error.filename
            raise ImproperlyConfigured(f"{name}_FILE: {file}: {error.strerror}.") from None
        if not value:
            raise KeyError(name)
        return value


class Environment(environ.FileAwareEnv):
    ENVIRON = Variables()

    def __call__(self, name):
        # not environ's own reading: there "$ecret" means the variable ecret, and "maybe" is false
        cast, default = self.scheme[name]
        read, kind = CASTS[cast]
        try:
            return read(self.ENVIRON[name]) if name in self.ENVIRON else default
        except (ValueError, KeyError):
            raise ImproperlyConfigured(f"{name} must be {kind}.") from None


def choice(name: str, value: str, *allowed: str) -> str:
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(allowed)}, not “{value}”.")
    return value


def secret_key(value: str) -> str:
    if value and len(value) < KEY_LEAST:
        raise ImproperlyConfigured(f"SECRET_KEY must have at least {KEY_LEAST} characters.")
    return value


def site_url(value: str, bind: str) -> str:
    """The address without its last slash. Where nobody set one (`bind`), its port is BIND's."""
    if bind.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
        value = f"http://localhost:{bind.rpartition(':')[2]}"
    url = urlsplit(value)
    try:
        whole = url.scheme in ("http", "https") and url.hostname and (url.port or True)
    except ValueError:
        whole = False
    if not whole or url.username or url.path.strip("/") or url.query or url.fragment:
        raise ImproperlyConfigured(
            f"SITE_URL must be a scheme and a host, such as https://example.org, not “{value}”."
        )
    return value.rstrip("/")


def networks(name: str, values: list[str]) -> list:
    try:
        return [ip_network(value, strict=False) for value in values]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name}: {error}. It takes networks such as 172.18.0.0/16, with commas between."
        ) from None


def database(env: Environment, url: str, data_dir: Path) -> dict:
    """Django's settings of the database: PostgreSQL where the URL says so, else SQLite."""
    if not url:
        return _sqlite({"ENGINE": "django.db.backends.sqlite3", "NAME": data_dir / "db.sqlite3"})
    scheme = url.partition(":")[0]
    try:
        config = env.db_url_config(url) if scheme in ("sqlite", "postgres", "postgresql") else {}
    except ValueError:
        config = {}
    if not config.get("NAME"):
        raise ImproperlyConfigured(  # never the value: it may hold a password
            "DATABASE_URL is not understood. It looks like postgres://user:password@host:5432/name "
            "or sqlite:////data/db.sqlite3; special characters in a password are written as %XX."
        )
    return _sqlite(config) if scheme == "sqlite" else _postgres(config)


def _sqlite(config):
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": LOCK_WAIT,
        # FULL: what was acknowledged is on the disk also when power fails. NORMAL lost the last
        # seconds of it in a drill. It costs each comment two waits for the disk.
        # What is deleted is overwritten, however the library was compiled. (FAST leaves half.)
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        ),
    }
    return config | {"OPTIONS": options}


def _postgres(config):
    # A server that is away is told at once, and asked again by the next request: by itself the pool
    # asks ever more seldom, and would not notice for half a minute that it is back.
    pool = {"min_size": 1, "max_size": 8, "timeout": 4, "reconnect_timeout": 2}
    lock = {"options": f"-c lock_timeout={LOCK_WAIT}s"}
    options = lock | config.get("OPTIONS", {}) | {"pool": pool}
    return config | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True}


def mailer(env: Environment, url: str) -> dict:
    """Django's settings of one mailer. Ports default to what the encryption is spoken on."""
    try:
        mail = env.email_url_config(url)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood. It looks like smtp+tls://user:password@host:587."
        ) from None
    if mail["EMAIL_BACKEND"] != SMTP:
        return {"BACKEND": mail["EMAIL_BACKEND"]}
    tls, ssl = mail.get("EMAIL_USE_TLS", False), mail.get("EMAIL_USE_SSL", False)
    options = {
        "host": mail["EMAIL_HOST"] or "localhost",
        "port": mail["EMAIL_PORT"] or (587 if tls else 465 if ssl else 25),
        "username": mail["EMAIL_HOST_USER"] or "",
        "password": mail["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": tls,
        "use_ssl": ssl,
        "timeout": 10,
    }
    return {"BACKEND": SMTP, "OPTIONS": options}


def cache(env: Environment, url: str) -> dict:
    try:
        return env.cache_url_config(url)
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            "CACHE_URL is not understood. It looks like redis://host:6379/0."
        ) from None
