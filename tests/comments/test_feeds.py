from xml.etree import ElementTree

import fastfeedparser
import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import moderation
from posts.models import Post, Site

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["/feed/", "/comments/feed/", "/posts/on-answering/feed/"]
HOSTILE = "]]> <![CDATA[ &amp; &nope; <b>\u202e 😀 </title>"


def feed(client, url):
    return ElementTree.fromstring(client.get(url).content)  # noqa: S314 - our own


def texts(feed, path):
    return [element.text for element in feed.findall(path.replace("a:", ATOM))]


@pytest.fixture
def hostile(alma, post, write):
    """Names and texts that break what is not escaped; a post by nobody, with a relative link."""
    Site.objects.update(name=HOSTILE, tagline=HOSTILE)
    write(HOSTILE, name=HOSTILE, parent=write("~~~\n<x>\n~~~", name="דנה"))
    Post.objects.create(title=HOSTILE, slug="b", body="[On](#part) " + HOSTILE, status="published")
    post.title = HOSTILE
    post.save()


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


@pytest.mark.parametrize("url", FEEDS)
def test_two_readers_agree_on_every_feed(client, hostile, url):
    page = client.get(url).content
    one, other = feedparser.parse(page), fastfeedparser.parse(page)
    assert not one.bozo, one.bozo_exception
    assert one.version == "atom10"
    assert len(one.entries) == 2
    for name in ("id", "title", "link"):
        assert [e[name] for e in one.entries] == [e[name] for e in other.entries]


@pytest.mark.parametrize("url", FEEDS)
def test_an_empty_feed_is_one_too_and_its_date_stands_still(client, post, url):
    Post.objects.exclude(slug=post.slug).delete()
    if url == "/feed/":
        Post.objects.update(status="draft")
    page = client.get(url).content
    assert not feedparser.parse(page).bozo
    assert fastfeedparser.parse(page).entries == []
    assert client.get(url).content == page


@pytest.mark.parametrize("url", FEEDS)
def test_every_feed_keeps_the_rules_of_rfc_4287(client, hostile, url):
    """4.1.1 and 4.1.2: what there is one of, who wrote it, where it is; dates in 3.3's form."""
    found = feed(client, url)
    ids = texts(found, "a:id") + texts(found, "a:entry/a:id")
    assert len(set(ids)) == len(ids)
    for element in (found, *found.findall(f"{ATOM}entry")):
        assert all(len(texts(element, f"a:{one}")) == 1 for one in ("id", "title", "updated"))
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
    assert texts(found, "a:author/a:name")
    own = found.find(f"{ATOM}link[@rel='self']").get("href")
    assert own == f"http://localhost:8000{url}"


@pytest.mark.parametrize("url", FEEDS)
def test_a_feed_is_as_new_as_its_newest_entry(client, hostile, url):
    found = feed(client, url)
    (updated,) = texts(found, "a:updated")
    assert updated >= max(texts(found, "a:entry/a:updated"))


@pytest.mark.parametrize("url", FEEDS[1:])
def test_a_feeds_date_does_not_run_back_when_a_comment_goes(client, alma, write, url):
    write("First.", name="Ann")
    last = write("Second.")
    before = texts(feed(client, url), "a:updated")
    moderation.move(last, "trash", alma)
    assert texts(feed(client, url), "a:updated") == before


def test_an_edit_keeps_the_id_and_moves_the_date(client, alma, write):
    comment = write()
    before = feed(client, "/comments/feed/")
    moderation.edit(comment, "Better said.", alma)
    after = feed(client, "/comments/feed/")
    assert texts(after, "a:entry/a:id") == texts(before, "a:entry/a:id")
    assert texts(after, "a:entry/a:updated") > texts(before, "a:entry/a:updated")


def test_a_relative_link_in_a_feed_leads_to_the_posts_own_page(client, hostile):
    entry = feedparser.parse(client.get("/feed/").content).entries[0]
    assert 'href="http://localhost:8000/posts/b/#part"' in entry.summary
