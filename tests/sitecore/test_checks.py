from ipaddress import ip_network

import pytest

from comments.models import Discussion
from posts.models import Site
from sitecore import checks


def ids(check):
    return [message.id for message in check(None)]


def test_debug_is_refused_on_a_public_site(settings):
    settings.DEBUG, settings.SITE_IS_LOCAL = True, False
    assert ids(checks.debug_is_for_local_sites) == ["afterword.E001"]


def test_mail_without_a_server_is_said(settings, monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    settings.MODERATORS_EMAIL = ["alma@example.org"]
    assert ids(checks.mail_can_be_sent) == ["afterword.W001"]


def test_trusting_everybody_is_refused(settings):
    settings.TRUSTED_PROXIES = [ip_network("172.18.0.0/16"), ip_network("0.0.0.0/0")]
    assert ids(checks.proxies_are_few) == ["afterword.E002"]


@pytest.mark.django_db
def test_a_site_without_a_key_is_told(settings):
    assert ids(checks.somebody_checks_comments) == ["afterword.W002"]
    settings.AKISMET_API_KEY = "abc123"
    assert ids(checks.somebody_checks_comments) == []


@pytest.mark.django_db
def test_a_key_from_admin_counts():
    Discussion.objects.update_or_create(
        site=Site.objects.current(), defaults={"akismet_key": "abc123"}
    )
    assert ids(checks.somebody_checks_comments) == []


def test_nothing_is_said_about_a_plain_site():
    plain = [checks.debug_is_for_local_sites, checks.mail_can_be_sent, checks.proxies_are_few]
    assert [ids(check) for check in plain] == [[], [], []]
