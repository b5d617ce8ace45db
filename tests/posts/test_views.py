from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from comments import moderation
from posts.models import Image, Post, Site

pytestmark = pytest.mark.django_db

PAGE = "/posts/on-answering/"


@pytest.fixture
def more(alma):
    """Writes more published posts, the newest last."""

    def more(number):
        for n in range(number):
            Post.objects.create(title=f"Post {n}", slug=f"p{n}", body="x", status="published")

    return more


def test_the_list_shows_published_posts_newest_first(client, post, more):
    more(2)
    page = client.get("/").content.decode()
    assert page.index("Post 1") < page.index("Post 0") < page.index("On answering")


@pytest.mark.parametrize(
    "hidden",
    [{"status": "draft"}, {"published_at": timezone.now() + timedelta(hours=1)}],
)
def test_what_is_not_published_is_nowhere(client, post, write, hidden):
    comment = write("A public word")
    Post.objects.update(**hidden)
    for url in (PAGE, "/posts/on-answering/feed/", f"/comments/{comment.pk}/"):
        assert client.get(url).status_code == 404
    for url in ("/", "/feed/", "/comments/feed/"):
        page = client.get(url).content.decode()
        assert "On answering" not in page
        assert "A public word" not in page


def test_the_author_sees_a_draft(client, alma, post):
    Post.objects.update(status="draft")
    client.force_login(alma)
    assert client.get(PAGE).status_code == 200


def test_the_list_costs_the_same_for_one_post_and_ten(
    client, post, more, django_assert_num_queries
):
    with django_assert_num_queries(3):
        client.get("/")
    more(9)
    with django_assert_num_queries(3):
        client.get("/")


def test_a_full_list_has_a_next_page(client, post, more):
    more(10)
    assert "On answering" not in client.get("/").content.decode()
    assert "On answering" in client.get("/?page=2").content.decode()
    assert client.get("/?page=3").status_code == 404


def test_a_cached_page_is_confirmed_by_one_query(client, post, django_assert_num_queries):
    etag = client.get(PAGE)["ETag"]
    with django_assert_num_queries(1):
        response = client.get(PAGE, headers={"if-none-match": etag})
    assert response.status_code == 304


def test_a_page_that_is_kept_is_the_same_and_costs_one_query(
    client, post, write, django_assert_num_queries
):
    write()
    first = client.get(PAGE)
    with django_assert_num_queries(1):
        second = client.get(PAGE)
    assert second.content == first.content
    assert second.headers == first.headers


def test_a_page_of_one_reader_is_not_kept_for_others(client, alma, post):
    client.force_login(alma)
    assert b"csrfmiddlewaretoken" in client.get(PAGE).content
    client.logout()
    assert not caches["pages"]._cache
    assert b"csrfmiddlewaretoken" not in client.get(PAGE).content


def test_a_large_page_is_not_kept(client, post, write, settings):
    settings.PAGE_KEPT_MOST = 1000
    client.get(PAGE)
    assert not caches["pages"]._cache


def test_a_page_of_the_thread_is_another_page(client, post):
    assert client.get(PAGE)["ETag"] != client.get(PAGE + "?order=newest")["ETag"]


def test_a_page_is_new_after_every_change_that_readers_see(client, post, write, alma):
    def etag():
        return client.get(PAGE)["ETag"]

    etags = [etag()]
    comment = write()
    etags.append(etag())
    moderation.move(comment, "spam", alma)
    etags.append(etag())
    post.comments_open = False
    post.save()
    etags.append(etag())
    Site.objects.current().save()
    etags.append(etag())
    assert len(set(etags)) == 5


def test_a_page_is_the_same_after_a_change_that_nobody_sees(client, post, write):
    write()
    etag = client.get(PAGE)["ETag"]
    write("Not yet public", status="pending", name="Ann")
    assert client.get(PAGE)["ETag"] == etag


def test_an_anonymous_page_may_be_shared_and_a_private_one_not(client, alma, post):
    assert "public" in client.get(PAGE)["Cache-Control"]
    client.force_login(alma)
    assert "private" in client.get(PAGE)["Cache-Control"]
    assert "ETag" not in client.get(PAGE)


def test_every_page_says_that_it_depends_on_cookies(client, post):
    assert "Cookie" in client.get(PAGE)["Vary"]
    assert "Cookie" in client.get("/")["Vary"]


def test_the_feed_has_the_posts_in_full(client, post):
    feed = client.get("/feed/")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert "&lt;p&gt;A post.&lt;/p&gt;" in feed.content.decode()


def test_a_picture_is_served_as_itself_for_ever(client, settings):
    Image.objects.create(name="abc.webp", width=1, height=1)
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    (settings.MEDIA_ROOT / "abc.webp").write_bytes(b"RIFF")
    response = client.get("/media/abc.webp")
    assert response.getvalue() == b"RIFF"
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["db.sqlite3", "..", "secret_key", "%2e%2e%2fsecret_key"])
def test_no_other_file_is_served(client, db, settings, name):
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    assert client.get(f"/media/{name}").status_code == 404


def test_a_page_allows_no_inline_script_or_style(client, post):
    policy = client.get(PAGE)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_a_page_is_new_when_its_author_has_another_name(client, post, alma):
    etag = client.get(PAGE)["ETag"]
    alma.first_name = "Alma Berg"
    alma.save()
    assert client.get(PAGE)["ETag"] != etag


def test_staff_without_the_permission_see_no_draft(client, post, django_user_model):
    Post.objects.update(status="draft")
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.get(PAGE).status_code == 404
