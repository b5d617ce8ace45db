"""What the running program writes to its log while everything fails: nothing about a person."""

import os
import secrets
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection

from tests import program

KEY = "0123456789ab"
IP, EMAIL, NAME = "198.51.100.77", "zebedee.quux@nowhere.example", "Zebedee Quux"
BODY, AGENT = "Xylophones are loud.", "Marked-Agent/7.7"
# An update of check_at fails, and the error says what the row holds.
BROKEN = {
    "sqlite": f"""
        CREATE TRIGGER broken BEFORE UPDATE OF check_at ON comments_comment
        BEGIN SELECT RAISE(ABORT, '{EMAIL} {NAME} {BODY}'); END""",
    "postgresql": """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '%', NEW USING DETAIL = NEW; END $$;
        CREATE TRIGGER broken BEFORE UPDATE OF check_at ON comments_comment
        FOR EACH ROW EXECUTE FUNCTION fail();""",
}


class Site:
    """A running program with nobody to talk to: no Akismet, no SMTP."""

    def __init__(self, folder, **variables):
        program.collect_static()
        self.home, self.url = folder, f"http://127.0.0.1:{program.free_port()}"
        nowhere = f"127.0.0.1:{program.free_port()}"
        self.process = program.start(
            "serve",
            BIND=self.url.removeprefix("http://"),
            DATA_DIR=str(folder),
            SECRET_KEY="s" * 50,
            TRUSTED_PROXIES="127.0.0.0/8",
            AKISMET_API_KEY=KEY,
            AKISMET_BASE_URL=f"http://{nowhere}",
            EMAIL_URL=f"smtp://{nowhere}",
            MODERATORS_EMAIL="alma@example.org",
            **variables,
        )
        program.wait_for(f"{self.url}/readyz")

    def send(self, **fields) -> int:
        data = {"author_name": NAME, "author_email": EMAIL, "body": BODY, "token": self.token()}
        headers = {"X-Forwarded-For": IP, "User-Agent": AGENT, "Referer": f"https://x/?q={EMAIL}"}
        url = f"{self.url}/posts/{self.post()}/comments/?q={EMAIL}"
        request = urllib.request.Request(  # noqa: S310 - http on loopback
            url, urlencode(data | fields).encode(), headers
        )
        try:
            return urllib.request.urlopen(request, timeout=20).status  # noqa: S310
        except urllib.error.HTTPError as error:
            return error.code

    def post(self) -> str:
        page = urllib.request.urlopen(self.url, timeout=5).read().decode()  # noqa: S310
        return page.split('href="/posts/')[1].partition("/")[0]

    def token(self) -> str:
        page = urllib.request.urlopen(f"{self.url}/posts/{self.post()}/", timeout=5)  # noqa: S310
        return page.read().decode().split('name="token" value="')[1].partition('"')[0]

    def stop(self) -> str:
        time.sleep(2.5)  # a pass or two of the worker
        self.process.terminate()
        return self.process.communicate(timeout=20)[0]


@pytest.fixture
def database():
    """Of the kind this run is about, empty: the URL, if not in a folder."""
    if connection.vendor == "sqlite":
        return {}
    server, name = os.environ["DATABASE_URL"].rpartition("/")[0], f"log_{secrets.token_hex(4)}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as postgres:
        postgres.execute(f"CREATE DATABASE {name}")
    return {"DATABASE_URL": f"{server}/{name}"}


def break_(folder, DATABASE_URL=None):
    if DATABASE_URL:
        with psycopg.connect(DATABASE_URL, autocommit=True) as database:
            database.execute(BROKEN["postgresql"])
    else:
        with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
            database.executescript(BROKEN["sqlite"])


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_log_names_nobody_while_all_fails(tmp_path, database, log_format):
    site = Site(tmp_path, LOG_FORMAT=log_format, **database)
    held = site.send(body=f"{BODY} a.example b.example c.example", subject=EMAIL)
    refused = site.send(author_name="", parent=EMAIL)
    break_(tmp_path, **database)
    failed = site.send(body=f"{BODY} Once more.", author_name=f"{NAME} II")
    log = site.stop()
    assert (held, refused, failed) == (200, 422, 500)
    assert "refused" in log  # Akismet
    assert "Internal Server Error" in log
    for text in (IP, EMAIL, NAME, BODY, AGENT, KEY, "s" * 50):
        assert text not in log
