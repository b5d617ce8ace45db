"""Signing in to admin, by the author and by those who guess."""

import threading
from datetime import timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.contrib.auth import get_user_model, hashers
from django.db import connection
from django.test import Client
from django.utils import timezone

from sitecore import attempts, login
from sitecore.management.commands import worker
from sitecore.models import Attempt

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
OUTSIDE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _small_crowds(monkeypatch):
    monkeypatch.setattr(attempts, "AT_ACCOUNT", 12)


@pytest.fixture
def guess(alma):
    """Tries a password from an address, in a browser of its own."""

    def guess(word="wrong", username="alma", *, at=OUTSIDE, client=None, **headers):
        data = {"username": username, "password": word}
        client = client or Client()
        return client.post(LOGIN, data, REMOTE_ADDR=at, headers=headers)

    return guess


@pytest.fixture
def tried(monkeypatch):
    """The passwords that were hashed, in order."""
    found, encode = [], hashers.MD5PasswordHasher.encode

    def note(self, password, salt):
        found.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", note)
    return found


@pytest.fixture
def ten(guess):
    """Ten wrong passwords from OUTSIDE."""
    return [guess(f"wrong {n}") for n in range(attempts.BY_SENDER)]


@pytest.fixture
def crowd(guess):
    """As many wrong passwords as one account takes, each from another address."""
    return [guess(at=f"198.51.100.{n}") for n in range(attempts.AT_ACCOUNT)]


def page(response) -> str:
    return response.content.decode()


def test_the_right_password_opens_admin(guess):
    response = guess("pw")
    assert (response.status_code, response.url) == (302, "/admin/")


def test_ten_wrong_passwords_are_the_most(guess, ten):
    assert {response.status_code for response in ten} == {200}
    assert guess().status_code == 429


def test_a_refusal_says_when_to_come_back_and_keeps_the_name(guess, ten):
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        response = guess("not shown again")
    assert "Too many attempts. Try again in 12 minutes." in page(response)
    assert 11 * 60 < int(response["Retry-After"]) <= 12 * 60
    assert 'name="username" value="alma"' in page(response)
    assert "not shown again" not in page(response)


def test_a_refused_password_is_not_even_tried(guess, ten, tried):
    guess("pw")
    assert tried == []


def test_the_wait_ends_by_itself(guess, ten):
    with time_machine.travel(timezone.now() + attempts.WINDOW):
        assert guess("pw").status_code == 302


def test_refused_attempts_do_not_lengthen_the_wait(guess, ten):
    for _ in range(20):
        guess()
    assert Attempt.objects.count() == attempts.BY_SENDER


def test_others_are_not_refused_for_one_address(guess, ten):
    assert guess("pw", at="203.0.113.8").status_code == 302


def test_a_whole_64_of_ipv6_is_one_sender(guess):
    for n in range(attempts.BY_SENDER):
        guess(at=f"2001:db8:0:1::{n + 1}")
    assert guess(at="2001:db8:0:1:ffff::1").status_code == 429
    assert guess(at="2001:db8:0:2::1").status_code == 200


def test_the_address_is_the_readers_behind_a_trusted_proxy(guess, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    for _ in range(attempts.BY_SENDER):
        guess(at="127.0.0.1", x_forwarded_for=f"192.0.2.1, {OUTSIDE}")
    assert guess(at="127.0.0.1", x_forwarded_for=f"192.0.2.2, {OUTSIDE}").status_code == 429
    assert guess("pw", at="127.0.0.1", x_forwarded_for="203.0.113.8").status_code == 302


@pytest.mark.parametrize("headers", [{"x_forwarded_for": OUTSIDE}, {}])
def test_who_hides_behind_a_proxy_does_not_lock_out_all_that_do(guess, headers):
    for n in range(attempts.AT_ACCOUNT + 1):
        guess(username=f"nobody {n}", at="172.18.0.1", **headers)
    assert guess("pw", at="172.18.0.1", **headers).status_code == 302


def test_many_addresses_together_close_an_account_to_strangers(guess, crowd):
    assert {response.status_code for response in crowd} == {200}
    assert guess("pw").status_code == 429
    assert guess(username="nobody").status_code == 200


def test_the_longer_of_two_waits_is_told(guess, crowd):
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        for _ in range(attempts.BY_SENDER):
            guess(username="nobody")
        assert "Try again in 15 minutes." in page(guess())


def test_the_authors_own_browser_still_gets_in(guess):
    known = Client()
    guess("pw", client=known)
    del known.cookies["sessionid"]
    for n in range(attempts.AT_ACCOUNT):
        guess(at=f"198.51.100.{n}")
    assert guess("pw", client=known).status_code == 302


def test_a_known_browser_guesses_no_more_often_than_others(guess):
    known = Client()
    guess("pw", client=known)
    codes = [guess(client=known, at=f"198.51.100.{n}").status_code for n in range(11)]
    assert codes == [200] * 10 + [429]


def test_a_browser_is_known_to_one_account_only(guess, crowd):
    get_user_model().objects.create_superuser("bo", password="pw")
    known = Client()
    guess("pw", "bo", client=known)
    assert guess("pw", "alma", client=known).status_code == 429


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "\x00", "." * 9000])
def test_a_forged_cookie_makes_no_browser_known(guess, crowd, value):
    client = Client()
    client.cookies[login.COOKIE] = value
    assert guess("pw", client=client).status_code == 429


def test_the_cookie_goes_to_the_sign_in_page_alone(guess):
    cookie = guess("pw").cookies[login.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (LOGIN, True, "Lax")
    assert login.COOKIE not in guess().cookies


def test_what_the_author_mistyped_is_forgiven(guess):
    guess()
    guess("pw")
    assert not Attempt.objects.exists()


def test_a_guessers_attempts_are_not_forgiven_when_the_author_comes(guess, ten):
    guess("pw", at="203.0.113.8")
    assert guess().status_code == 429


@pytest.mark.parametrize("username", ["alma", "nobody", "asleep", "reader"])
def test_nothing_tells_an_account_from_none(guess, tried, username):
    people = get_user_model().objects
    people.create_superuser("asleep", password="pw", is_active=False)
    people.create_user("reader", password="pw")
    tried.clear()
    response = guess("wrong", username)
    assert len(tried) == 1
    assert "Please enter the correct username and password" in page(response)


def test_two_passwords_at_a_time_are_tried_and_others_told_at_once(guess, tried):
    with login.SLOTS, login.SLOTS:
        response = guess("pw")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "Try again in a few seconds" in page(response)
    assert (tried, Attempt.objects.count()) == ([], 0)
    assert guess("pw").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted(guess, tried):
    def many():
        codes.extend(guess(f"wrong {n}").status_code for n in range(8))
        connection.close()

    codes = []
    crowd = [threading.Thread(target=many) for _ in range(3)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert codes.count(200) == len(tried) <= attempts.BY_SENDER + 2


def test_an_attempt_says_nothing_of_anybody(guess):
    guess()
    row = Attempt.objects.values().get()
    assert not {"alma", OUTSIDE, "wrong"} & set(map(str, row.values()))
    assert "alma" not in str(Attempt.objects.get())


@pytest.mark.django_db(transaction=True)
def test_the_worker_forgets_attempts_after_their_time(guess):
    guess()
    worker.one_pass()
    assert Attempt.objects.count() == 1
    with time_machine.travel(timezone.now() + attempts.WINDOW):
        worker.one_pass()
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("data", [{}, {"username": "alma"}, {"username": "\x00", "password": "x"}])
def test_a_form_without_a_password_is_no_attempt(client, alma, data):
    assert client.post(LOGIN, data, REMOTE_ADDR=OUTSIDE).status_code == 200
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:x", "/\\e"])
def test_who_signs_in_stays_on_this_site(client, alma, to):
    data = {"username": "alma", "password": "pw", "next": to}
    assert client.post(LOGIN, data).url == "/admin/"
