import socket
from ipaddress import ip_address

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection


@pytest.fixture(scope="session", autouse=True)
def folders(tmp_path_factory):
    """No test touches the checkout's data; pages name static files as in production."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    call_command("collectstatic", interactive=False, verbosity=0)


def pytest_configure():
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AKISMET_API_KEY = ""
    settings.MODERATORS_EMAIL = []
    settings.TRUSTED_PROXIES = []


@pytest.fixture(autouse=True)
def no_page_of_another_test():
    caches["pages"].clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """SQLite in a file: the threads of a live server each have their own connection."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = tmp_path_factory.mktemp("db") / "test.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def loopback_only():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect, by_self=True))
        patch.setattr(socket, "getaddrinfo", _guarded(socket.getaddrinfo, by_self=False))
        yield


def _guarded(function, by_self):
    def guard(*args, **kwargs):
        address = args[1] if by_self else args
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            pytest.fail(f"A test asked for {address[0]}: only loopback is allowed.")
        return function(*args, **kwargs)

    return guard


def _is_loopback(host) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", None, "")


pytest_plugins = ["tests.standin_fixtures", "tests.people", "tests.gallery", "tests.stranger"]
