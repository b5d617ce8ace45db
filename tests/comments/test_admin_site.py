"""The page of the site in admin, its Akismet key, and the notices at the top of every page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments import sample, spam
from comments.models import Comment, Discussion, SpamCheck, Submission
from posts.models import Post, Site

pytestmark = pytest.mark.django_db

SITE = "/admin/posts/site/1/change/"


@pytest.fixture
def desk(client, alma, post):
    client.force_login(alma)
    return client


@pytest.fixture
def save(desk):
    """Sends the form of the page as a browser does."""

    def save(**changed):
        fields = {"name": "My site", "tagline": "", "time_zone": "UTC", "new_key": ""}
        rules = {"site": 1, "order": "oldest", "shown_depth": 5, "hold_links": 3}
        counts = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1}
        inline = {f"discussion-{name}": value for name, value in counts.items()}
        inline |= {f"discussion-0-{name}": value for name, value in rules.items()}
        return desk.post(SITE, fields | inline | changed, follow=True)

    return save


@pytest.fixture
def verified(akismet, settings):
    """The stand-in answers, and the environment has no key."""
    settings.AKISMET_API_KEY = ""
    return akismet


def key():
    return Discussion.objects.get().akismet_key


def alerts(desk):
    return " ".join(desk.get("/admin/").text.split())


def failed(comment, code, **fields):
    return SpamCheck.objects.create(
        comment=comment, ms=1, result="error", code=code, text_hash="x", **fields
    )


def test_site_and_rules_are_saved_together(save):
    assert "Saved." in save(**{"discussion-0-order": "newest", "time_zone": "Asia/Tokyo"}).text
    site = Site.objects.current()
    assert (site.name, site.time_zone, site.discussion.order) == ("My site", "Asia/Tokyo", "newest")


def test_pages_kept_by_caches_change_with_the_site(save):
    before = Site.objects.current().version
    save()
    assert Site.objects.current().version > before


def test_the_menu_leads_to_the_one_page(desk):
    assert desk.get("/admin/posts/site/").url == SITE
    assert desk.get("/admin/posts/site/add/").status_code == 403
    assert desk.get("/admin/posts/site/1/delete/").status_code == 403


def test_a_zone_that_is_none_is_refused(save):
    assert "is not a time zone" in save(time_zone="Mars/Olympus").text


def test_a_key_is_verified_on_the_spot(save, verified):
    assert "Akismet knows the key." in save(new_key="good-key").text
    assert key() == "good-key"
    assert [r.path for r in verified.requests] == ["/1.1/verify-key"]


def test_a_wrong_key_changes_nothing(save, verified):
    Discussion.objects.update(akismet_key="old-key")
    assert "Akismet does not know this key" in save(new_key="invalid", name="Other").text
    assert key() == "old-key"
    assert Site.objects.current().name != "Other"


def test_a_key_that_cannot_be_verified_is_stored_with_a_warning(save, verified):
    verified.always("503")
    assert "could not be asked" in save(new_key="good-key").text
    assert key() == "good-key"


def test_no_transaction_is_open_while_akismet_thinks(save, verified, monkeypatch, settings):
    from django.db import connection

    seen = []
    monkeypatch.setattr(spam, "verify", lambda key: seen.append(len(connection.savepoint_ids)))
    before = len(connection.savepoint_ids)
    save(new_key="good-key")
    assert seen == [before]


def test_a_key_is_never_shown_again(save, desk, verified):
    save(new_key="secret-key")
    page = desk.get(SITE).text
    assert "secret-key" not in page
    assert "A key is set. It is not shown." in page


def test_an_empty_field_keeps_the_key(save, verified):
    save(new_key="good-key")
    save()
    assert key() == "good-key"


def test_a_key_is_removed_on_purpose(save, verified):
    save(new_key="good-key")
    assert "The key is removed" in save(remove_key="on").text
    assert key() == ""


def test_the_key_of_the_environment_wins_and_says_so(save, desk, akismet):
    page = desk.get(SITE).text
    assert "Set in the environment" in page
    assert 'name="new_key"' not in page
    save(new_key="other-key")
    assert key() == ""


def test_one_button_removes_the_sample(client, db):
    sample.create()
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.create_superuser("alma", password="pw"))
    assert "Remove the sample post and its comments" in client.get(SITE).text
    page = client.post("/admin/posts/site/remove-sample/", follow=True).text
    assert "The sample post and its comments are removed." in page
    assert not Post.objects.exists()
    assert "Remove the sample" not in client.get(SITE).text


def test_without_a_key_every_page_says_so(desk):
    assert "No Akismet key: every comment waits for you." in alerts(desk)


def test_with_a_key_that_works_nothing_is_said(desk, akismet, write):
    SpamCheck.objects.create(comment=write(), ms=1, result="ham", text_hash="x")
    assert 'class="messagelist alerts"' not in alerts(desk)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid-key", "Akismet does not accept the key"),
        ("akismet-error", "something is wrong with your account"),
    ],
)
def test_what_only_the_operator_can_mend_is_said(desk, akismet, write, code, words):
    failed(write(status="pending"), code)
    assert words in alerts(desk)


def test_an_alert_of_akismet_is_said_in_words(desk, akismet, write):
    SpamCheck.objects.create(comment=write(), ms=1, result="ham", alert_code="10502", text_hash="x")
    assert "Your site asks more than its Akismet plan allows. (Code 10502" in alerts(desk)


def test_a_malformed_key_is_said(desk, settings):
    settings.AKISMET_API_KEY = "not a key!"
    assert "The Akismet key is not one" in alerts(desk)


def test_silence_is_said_with_number_and_time(desk, akismet, write):
    for _ in range(2):
        failed(write(status="pending"), "timeout")
    since = timezone.now() - timedelta(hours=2)
    Comment.objects.update(created_at=since)
    assert f"for 2 comments since {since:%-d %b, %H:%M}" in alerts(desk)


def test_silence_is_over_with_the_first_answer(desk, akismet, write):
    comment = write(status="pending")
    failed(comment, "timeout")
    SpamCheck.objects.create(comment=comment, ms=1, result="ham", text_hash="x")
    assert "has not answered" not in alerts(desk)


def test_a_proxy_that_hides_readers_is_named_with_what_to_set(desk, akismet, write):
    comment = write(status="pending")
    Submission.objects.filter(comment=comment).update(ip=None, peer="172.18.0.3")
    assert (
        "Your proxy 172.18.0.3 hides the addresses of readers. Set TRUSTED_PROXIES=172.18.0.0/16."
        in alerts(desk)
    )
