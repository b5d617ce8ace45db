import ast
import errno
import os
import re
import stat
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sitecore import datadir, environment
from sitecore import settings as declared
from tests import program

SCHEME = declared.env.scheme
DOCUMENTED = re.compile(r"^\| `(\w+)` \| (.*?) \| (.+) \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^#? ?([A-Z_]+)=(.*)$", re.MULTILINE)


def shown(default) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    text = ",".join(default) if isinstance(default, list) else str(default)
    return text.replace(str(settings.BASE_DIR), ".")


def in_process(expression, **variables):
    """The value of an expression over the settings, in a process with these variables."""
    code = f"from django.conf import settings; print(repr({expression}))"
    ended = program.run("shell", "--no-imports", "-c", code, **variables)
    assert ended.returncode == 0, ended.output
    return ast.literal_eval(ended.output.strip().splitlines()[-1])


def refusal(**variables) -> str:
    ended = program.run("check", **variables)
    assert ended.returncode == 1
    assert "Traceback" not in ended.output
    return ended.output


def test_the_docs_have_every_variable_and_its_default():
    rows = DOCUMENTED.findall((settings.BASE_DIR / "docs/settings.md").read_text())
    defaults = {name: default.strip("`") for name, default, _ in rows}
    assert defaults == {name: shown(default) for name, (_, default) in SCHEME.items()}


def test_the_example_has_every_variable_and_its_default():
    lines = dict(EXAMPLE.findall((settings.BASE_DIR / ".env.example").read_text()))
    for_compose = {"COMPOSE_PROFILES": "postgres", "POSTGRES_PASSWORD": ""}
    assert lines == {name: shown(value) for name, (_, value) in SCHEME.items()} | for_compose


def test_the_version_is_said_once():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    assert project["version"] == settings.VERSION


def test_an_https_address_makes_everything_secure():
    names = ["ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    expression = f"[getattr(settings, name) for name in {names}]"
    assert in_process(expression, SITE_URL="https://blog.example.org/") == [
        ["blog.example.org"],
        ["https://blog.example.org"],
        True,
        True,
    ]


def test_a_local_address_works_without_encryption():
    expression = "[settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE, settings.SITE_IS_LOCAL]"
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    assert in_process(expression, SITE_URL="http://127.0.0.1:9000") == [hosts, False, True]


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("127.0.0.1:8304", "http://localhost:8304"),
        ("[::1]:8304", "http://localhost:8304"),
        ("0.0.0.0:8304", "http://localhost:8000"),
    ],
)
def test_without_an_address_the_site_has_the_port_it_listens_on(bind, url):
    assert in_process("settings.SITE_URL", BIND=bind) == url


def test_a_value_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("abc123\n")
    assert (
        in_process("settings.AKISMET_API_KEY", AKISMET_API_KEY_FILE=f"{tmp_path}/key") == "abc123"
    )


def test_an_empty_variable_counts_as_unset():
    assert in_process("settings.AKISMET_TIMEOUT", AKISMET_TIMEOUT="", SITE_URL="") == 4.0


def test_a_dollar_sign_is_a_dollar_sign():
    assert in_process("settings.SECRET_KEY", SECRET_KEY="$" + "x" * 60) == "$" + "x" * 60


def test_a_space_after_a_comma_is_no_part_of_a_name():
    expression = "settings.MODERATORS_EMAIL"
    assert in_process(expression, MODERATORS_EMAIL="a@b.org, c@d.org") == ["a@b.org", "c@d.org"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SITE_URL": "example.org"}, "SITE_URL must be a scheme and a host"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must have at least 50 characters"),
        ({"DATA_DIR": "manage.py"}, "is a file. It must be a folder"),
        ({"SITE_URL": "https://example.org/blog"}, "SITE_URL must be a scheme and a host"),
        ({"DATABASE_URL": "garbage"}, "DATABASE_URL is not understood"),
        ({"DATABASE_URL": "postgres://bo:secret@host:x/db"}, "DATABASE_URL is not understood"),
        ({"DATABASE_URL": "mysql://bo:secret@host/db"}, "DATABASE_URL is not understood"),
        ({"CACHE_URL": "garbage"}, "CACHE_URL is not understood"),
        ({"EMAIL_URL": "garbage"}, "EMAIL_URL is not understood"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "TRUSTED_PROXIES: 'proxy'"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be text or json, not “xml”"),
        ({"DEBUG": "maybe"}, "DEBUG must be true or false"),
        ({"AKISMET_TIMEOUT": "4s"}, "AKISMET_TIMEOUT must be a number"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE: /nowhere: No such file"),
    ],
)
def test_a_wrong_value_is_said_in_a_sentence(variables, sentence):
    output = refusal(**variables)
    assert sentence in output
    assert "secret" not in output.replace("SECRET_KEY", "")


def test_postgresql_keeps_the_options_of_its_url():
    url = "postgres://bo:p%40ss@db:5433/words?sslmode=require"
    config = environment.database(declared.env, url, settings.DATA_DIR)
    assert (config["PASSWORD"], config["PORT"]) == ("p@ss", 5433)
    assert config["OPTIONS"]["sslmode"] == "require"
    assert config["OPTIONS"]["pool"]


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://host", 25, False, False),
        ("smtp+tls://bo:secret@host", 587, True, False),
        ("smtp+ssl://host", 465, False, True),
        ("smtp://host:1025", 1025, False, False),
    ],
)
def test_mail_uses_the_port_of_its_encryption(url, port, tls, ssl):
    options = environment.mailer(declared.env, url)["OPTIONS"]
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, tls, ssl)


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    key = datadir.secret_key(tmp_path)
    assert datadir.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_have_one_secret_key(tmp_path):
    with ThreadPoolExecutor(8) as starts:
        keys = list(starts.map(datadir.secret_key, [tmp_path] * 8))
    assert len(set(keys)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_half_a_secret_key_is_refused(tmp_path):
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(ImproperlyConfigured, match="not a whole key"):
        datadir.secret_key(tmp_path)


def test_an_unwritable_data_dir_says_what_mends_it(tmp_path, monkeypatch):
    refuse = mock.Mock(side_effect=PermissionError(errno.EACCES, "Permission denied"))
    monkeypatch.setattr(datadir.tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(os, "getuid", lambda: 10001)
    with pytest.raises(ImproperlyConfigured, match=f"chown -R 10001 {tmp_path}"):
        datadir.prepare(tmp_path)


def test_a_disk_that_is_read_only_is_not_the_owner_s_fault(tmp_path, monkeypatch):
    refuse = mock.Mock(side_effect=OSError(errno.EROFS, "Read-only file system"))
    monkeypatch.setattr(datadir.tempfile, "TemporaryFile", refuse)
    with pytest.raises(ImproperlyConfigured, match="is on a disk that is read-only"):
        datadir.prepare(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_data_dir_that_cannot_be_made_says_so_too():
    assert "DATA_DIR /proc/nowhere is not writable" in refusal(DATA_DIR="/proc/nowhere")
