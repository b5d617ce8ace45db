from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from django.utils import timezone

from comments import sample, spam
from comments.models import Discussion
from posts.models import Site
from sitecore import welcome

pytestmark = pytest.mark.django_db

PASSWORD = "a heron on the lock gate"
PEOPLE = get_user_model().objects


@pytest.fixture
def url(db):
    return path()


@pytest.fixture
def filled():
    return {
        "site_name": "Marginal",
        "name": "Alma Reyes",
        "email": "",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "time_zone": "Europe/Oslo",
        "akismet_key": "",
    }


def path() -> str:
    """Of a fresh link, as it stands after the host."""
    return welcome.link().removeprefix("http://localhost:8000")


def text(response) -> str:
    return response.content.decode()


def test_the_link_is_of_this_site(url):
    assert url.startswith("/welcome/")
    assert url.endswith("/")


def test_the_page_asks_for_what_a_site_needs(client, url):
    page = text(client.get(url))
    for name in ("site_name", "name", "email", "password1", "time_zone", "akismet_key"):
        assert f'name="{name}"' in page
    assert '<option value="UTC" selected>' in page
    assert "at least 8 characters" in page


def test_the_page_is_kept_by_nobody_and_tells_no_other_site(client, url):
    response = client.get(url)
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_setting_up_makes_the_author_and_names_the_site(client, url, filled):
    response = client.post(url, filled | {"email": "alma@example.org"})
    assert (response.status_code, response.headers["Location"]) == (303, "/admin/")
    user = PEOPLE.get()
    assert (user.get_full_name(), user.email) == ("Alma Reyes", "alma@example.org")
    assert user.is_superuser
    assert user.is_staff
    site = Site.objects.current()
    assert (site.name, site.time_zone) == ("Marginal", "Europe/Oslo")


def test_the_author_is_signed_in_and_told_with_what(client, url, filled):
    page = text(client.post(url, filled, follow=True))
    assert "sign in at http://localhost:8000/admin/ as “alma-reyes”" in page
    assert client.login(username="alma-reyes", password=PASSWORD)


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Alma", "Alma"),
        ("Alma Reyes", "alma-reyes"),
        ("José Díaz", "jose-diaz"),
        ("алма", "алма"),
        ("李 明", "李-明"),
        ("!?!", "author"),
        ("x" * 150, "x" * 150),
    ],
)
def test_a_name_becomes_what_one_signs_in_with(name, username):
    assert welcome.username(name) == username


def test_the_sample_becomes_the_author_s(client, filled):
    post = sample.create()
    client.post(path(), filled)
    post.refresh_from_db()
    assert post.author == PEOPLE.get()
    assert post.comments.filter(author_name="Alma Reyes").count() == 2


def test_the_link_works_once(client, url, filled):
    client.post(url, filled)
    for response in (Client().get(url), Client().post(url, filled)):
        assert response.status_code == 410
        assert "manage.py changepassword" in text(response)
    assert PEOPLE.count() == 1
    assert welcome.link() is None


def test_the_link_works_for_a_day(client, url):
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        response = client.get(url)
    assert response.status_code == 410
    assert "manage.py welcome" in text(response)


@pytest.mark.parametrize("token", ["x", "IndlbGNvbWUi:1abc:forged"])
def test_a_link_that_is_not_ours_is_not_found(client, token):
    assert client.get(f"/welcome/{token}/").status_code == 404


def test_what_was_typed_is_kept_except_for_the_passwords(client, url, filled, akismet, settings):
    settings.AKISMET_API_KEY = ""
    response = client.post(url, filled | {"password2": "another", "akismet_key": "abcd-1234"})
    page = text(response)
    assert response.status_code == 422
    assert 'value="Marginal"' in page
    assert 'value="abcd-1234"' in page
    assert PASSWORD not in page
    assert not PEOPLE.exists()


def test_errors_stand_beside_the_field_and_on_top(client, url, filled):
    page = text(client.post(url, filled | {"name": ""}))
    words = "Give your name, or the one you write under."
    assert f'<a href="#id_name">{words}</a>' in page
    assert f'<p class="error" id="id_name_error">{words}</p>' in page


@pytest.mark.parametrize("password", ["short", "password", "7320418265", "alma reyes"])
def test_a_weak_password_is_refused_in_words(client, url, filled, password):
    page = text(client.post(url, filled | {"password1": password, "password2": password}))
    assert 'id="id_password1_error"' in page
    assert not PEOPLE.exists()


@pytest.mark.parametrize("field", ["time_zone", "email"])
def test_senseless_values_are_refused(client, url, filled, field):
    assert client.post(url, filled | {field: "Middle Earth"}).status_code == 422


def test_a_key_that_akismet_knows_is_stored(client, url, filled, akismet, settings):
    settings.AKISMET_API_KEY = ""
    client.post(url, filled | {"akismet_key": " good-key "})
    assert Discussion.objects.get().akismet_key == "good-key"
    assert akismet.requests[0].form["key"] == "good-key"


def test_a_key_that_akismet_does_not_know_is_said_beside_the_field(
    client, url, filled, akismet, settings
):
    settings.AKISMET_API_KEY = ""
    page = text(client.post(url, filled | {"akismet_key": "invalid"}))
    assert "Akismet does not know this key." in page
    assert not PEOPLE.exists()


def test_a_key_that_cannot_be_verified_is_stored_and_said(client, url, filled, akismet, settings):
    settings.AKISMET_API_KEY = ""
    akismet.always("503")
    page = text(client.post(url, filled | {"akismet_key": "good-key"}, follow=True))
    assert "saved and not verified yet" in page
    assert Discussion.objects.get().akismet_key == "good-key"


def test_a_key_of_the_environment_is_not_asked_for(client, url, filled, settings, akismet):
    settings.AKISMET_API_KEY = "of-the-environment"
    assert 'name="akismet_key"' not in text(client.get(url))
    assert client.post(url, filled).status_code == 303
    assert spam.key() == "of-the-environment"


def test_a_name_that_has_an_account_is_refused(client, filled):
    PEOPLE.create_user("alma-reyes")
    assert "Give another" in text(client.post(path(), filled))


def test_a_form_of_another_site_sets_nothing_up(url, filled):
    client = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    assert client.post(url, filled).status_code == 403
    assert not PEOPLE.exists()


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_make_one_author(filled):
    url = path()

    def send(name):
        try:
            return Client().post(url, filled | {"name": name}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as people:
        answers = sorted(people.map(send, ["Alma", "Bo", "Ann", "Clara"]))
    assert answers == [303, 410, 410, 410]
    assert PEOPLE.count() == 1
