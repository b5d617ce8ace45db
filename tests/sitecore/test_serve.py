"""`manage.py serve`, really run."""

import os
import secrets
import signal
import socket
import sys
import time
import urllib.request

import psutil
import psycopg
import pytest

from tests import program

PATIENCE = 20


class Site:
    """A running `serve`, and what can be seen of it from outside."""

    def __init__(self, *args, **variables):
        self.port = program.free_port()
        address = {"BIND": f"127.0.0.1:{self.port}"}
        self.process = program.start("serve", *args, **address | variables)

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/readyz"
            return urllib.request.urlopen(url, timeout=5).status == 200
        except OSError:
            return False

    def family(self):
        """The worker, gunicorn's master, and gunicorn's workers."""
        children = psutil.Process(self.process.pid).children()
        masters = [child for child in children if child.children()]
        workers = [child for child in children if not child.children()]
        return workers, masters, [web for master in masters for web in master.children()]

    def is_whole(self) -> bool:
        try:
            return [len(part) for part in self.family()] == [1, 1, 2] and self.answers()
        except psutil.NoSuchProcess:  # died while it was looked at
            return False

    def stop(self, number=signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.output = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode


def eventually(fact):
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def database():
    """An empty database of the kind this run is about."""
    if os.environ.get("TESTED_DATABASE") != "postgresql":
        return {}
    name = f"serve_{secrets.token_hex(4)}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {"DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"}


@pytest.fixture
def site(database):
    site = Site(**database)
    relatives = psutil.Process(site.process.pid)
    eventually(site.is_whole)
    everybody = [relatives, *relatives.children(recursive=True)]
    yield site
    for process in everybody:
        if process.is_running():
            process.kill()
    site.process.communicate()


@pytest.fixture
def everybody(site):
    parent = psutil.Process(site.process.pid)
    return [parent, *parent.children(recursive=True)]


def nobody_left(processes) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(site, everybody, number):
    assert site.stop(number) == 0
    assert nobody_left(everybody)
    assert "Traceback" not in site.output


def test_ctrl_c_reaches_the_parent_alone(site):
    workers, masters, _ = site.family()
    groups = {os.getpgid(child.pid) for child in (*workers, *masters)}
    assert os.getpgid(site.process.pid) not in groups
    assert site.stop(signal.SIGINT) == 0


def test_an_unused_site_prints_its_link(site):
    site.stop()
    assert f"Afterword 0.1.0 at http://localhost:{site.port}\n" in site.output
    assert f"Set up your site: http://localhost:{site.port}/welcome/" in site.output


def test_an_idle_connection_does_not_delay_the_end(site):
    with socket.create_connection(("127.0.0.1", site.port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.recv(1000)
        began = time.monotonic()
        assert site.stop() == 0
    assert time.monotonic() - began < 8  # not the whole grace of 10


def test_a_killed_worker_is_started_anew(site):
    (worker,), _, _ = site.family()
    worker.kill()
    eventually(lambda: site.is_whole() and site.family()[0] != [worker])
    site.stop()
    assert "worker ended (-9), starting it anew" in site.output


def test_a_killed_gunicorn_is_started_anew(site):
    _, (master,), orphans = site.family()
    master.kill()
    eventually(lambda: nobody_left(orphans))
    eventually(site.is_whole)
    assert site.stop() == 0


def test_nobody_outlives_a_killed_parent(site, everybody):
    site.process.kill()
    eventually(lambda: nobody_left(everybody))


@pytest.mark.skipif(sys.platform != "linux", reason="shared memory is counted on Linux only")
def test_all_of_it_needs_little_memory(site, everybody):
    assert sum(process.memory_full_info().pss for process in everybody) < 150 * 2**20


def test_a_taken_port_is_said_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = program.run("serve", BIND=bind)
    assert ended.returncode == 1
    assert f"Cannot serve at {bind} (Address already in use). Set BIND." in ended.output


def test_nonsense_is_no_address():
    assert "BIND must be an address and a port" in program.run("serve", BIND="here:http").output


def test_a_site_may_leave_its_worker_to_others(database):
    site = Site("--no-worker", **database)
    eventually(site.answers)
    assert site.family()[0] == []
    assert site.stop() == 0


def test_the_log_names_no_reader(site):
    with socket.create_connection(("127.0.0.1", site.port)) as reader:
        reader.sendall(b"GET /search/?q=my-secret HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reader.recv(1000)
    with socket.create_connection(("127.0.0.1", site.port)) as reader:
        reader.sendall(b"nonsense from Ann\r\n\r\n")
        reader.recv(1000)
    site.stop()
    assert "Invalid request" in site.output
    assert not any(word in site.output for word in ("127.0.0.1", "my-secret", "Ann"))


def test_a_database_that_does_not_answer_is_said_in_a_sentence():
    ended = program.run("serve", DATABASE_URL="postgres://a:b@127.0.0.1:1/x", BIND="127.0.0.1:0")
    assert ended.returncode == 1
    assert "The database that DATABASE_URL names does not answer" in ended.output
    assert "Traceback" not in ended.output
