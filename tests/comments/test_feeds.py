from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, url):
    response = client.get(url)
    assert response.status_code == 200
    feed = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    return feed.findall(f"{ATOM}entry")


def test_the_sites_feed_names_post_and_writer(client, write):
    write()
    (entry,) = entries(client, "/comments/feed/")
    assert entry.find(f"{ATOM}title").text == "Comment on On answering by Bo"
    assert entry.find(f"{ATOM}author/{ATOM}name").text == "Bo"


def test_a_threads_feed_names_the_writer(client, write):
    write()
    (entry,) = entries(client, "/posts/on-answering/feed/")
    assert entry.find(f"{ATOM}title").text == "By: Bo"


def test_a_reply_in_a_feed_says_whom_it_answers(client, write):
    parent = write(name="Ann")
    write("Indeed.", parent=parent)
    text = entries(client, "/comments/feed/")[0].find(f"{ATOM}summary").text
    assert f'/comments/{parent.pk}/">Ann</a>' in text


def test_feeds_are_newest_first_and_short(client, write):
    for n in range(25):
        write(str(n), name=f"N{n}")
    found = entries(client, "/comments/feed/")
    assert len(found) == 20
    assert found[0].find(f"{ATOM}title").text.endswith("N24")


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_feeds_hold_public_comments_only(client, write, status):
    write("Hidden", status=status)
    for url in ("/comments/feed/", "/posts/on-answering/feed/"):
        assert entries(client, url) == []


def test_a_feed_costs_the_same_for_one_comment_and_twenty(client, write):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/comments/feed/")
        return len(captured)

    write()
    few = queries()
    for n in range(19):
        write(str(n), name=f"N{n}")
    assert queries() == few


def test_no_character_of_a_name_breaks_a_feed(akismet, client, post, form):
    client.post("/posts/on-answering/comments/", form(author_name="Eve\uffff\x0b", body="Hm\ufffe"))
    post.title = "On\x0b answering"
    post.save()
    for url in ("/feed/", "/comments/feed/", "/posts/on-answering/feed/"):
        assert len(entries(client, url)) == 1


def test_a_feed_names_its_own_site_whatever_host_is_asked(client, write):
    write()
    feed = client.get("/comments/feed/", headers={"host": "localhost:1234"}).content.decode()
    assert "localhost:1234" not in feed
    assert 'href="http://localhost:8000/comments/feed/"' in feed
