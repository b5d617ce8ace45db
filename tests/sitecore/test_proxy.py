import pytest


@pytest.fixture(autouse=True)
def _https(settings):
    settings.SITE_URL, settings.SITE_IS_SECURE = "https://example.org", True
    settings.ALLOWED_HOSTS = ["example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def get(client, **headers):
    return client.get("/", headers={"host": "example.org"} | headers)


def test_a_proxy_that_hides_the_scheme_gets_advice(client):
    response = get(client, x_forwarded_for="192.0.2.7")
    assert response.status_code == 400
    assert "your proxy must send X-Forwarded-Proto" in response.content.decode()


def test_plain_http_by_way_of_a_proxy_is_sent_on_to_https(client):
    response = get(client, x_forwarded_for="192.0.2.7", x_forwarded_proto="http")
    assert response["Location"] == "https://example.org/"


def test_plain_http_without_a_proxy_is_sent_on_to_https(client):
    assert get(client)["Location"] == "https://example.org/"


@pytest.mark.django_db
def test_a_proxy_that_names_the_scheme_passes(client):
    response = get(client, x_forwarded_for="192.0.2.7", x_forwarded_proto="https")
    assert response.status_code == 200
