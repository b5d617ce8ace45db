import json
from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from comments.models import Comment
from sitecore import health


def test_a_probe_needs_no_known_host_and_no_database(client):
    response = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_a_probe_may_be_a_head_request(client):
    assert client.head("/healthz").status_code == 200


def test_a_probe_is_not_sent_on_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_site_with_all_its_migrations_is_ready(client):
    response = client.get("/readyz", headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "database": "ok",
        "unapplied_migrations": 0,
        "oldest_unchecked": None,
    }


@pytest.mark.django_db
def test_a_site_that_misses_a_migration_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["unapplied_migrations"] == 1


def test_a_site_without_its_database_is_not_ready(client):
    with mock.patch.object(health, "MigrationExecutor", side_effect=OperationalError("secret")):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content) == {"ready": False, "database": "OperationalError"}


@pytest.mark.django_db
def test_readiness_says_how_long_a_comment_waits_for_its_check(client, write):
    born = timezone.now() - timedelta(minutes=2)
    write(status="pending")
    Comment.objects.update(created_at=born)
    assert client.get("/readyz").json()["oldest_unchecked"] in (120, 121)
