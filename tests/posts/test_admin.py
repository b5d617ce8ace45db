from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pillow

from comments.models import Comment, Purged
from posts.models import Image, Post, Site

pytestmark = pytest.mark.django_db

POSTS = "/admin/posts/post/"
IMAGES = "/admin/posts/image/"


@pytest.fixture
def desk(client, alma):
    """Alma's browser, signed in."""
    client.force_login(alma)
    return client


@pytest.fixture
def editor(client, db):
    """A member of staff who may change and delete posts, and is no superuser."""
    user = get_user_model().objects.create_user("ed", password="pw", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="posts"))
    client.force_login(user)
    return client


def fields(**changed):
    empty = {"summary": "", "author": "", "published_at_0": "", "published_at_1": ""}
    return {
        "title": "New",
        "slug": "new",
        "body": "Text",
        "status": "draft",
        "comments_open": "on",
        **empty,
        **changed,
    }


def act(desk, action, post):
    form = {"action": action, "_selected_action": post.pk, "index": 0}
    return desk.post(POSTS, form, follow=True).content.decode()


def png(colour="teal", size=(30, 20)):
    file = BytesIO()
    Pillow.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    file.name = "picture.png"
    return file


def upload(desk, file, alt="A lake"):
    return desk.post(f"{IMAGES}add/", {"file": file, "alt": alt}, follow=True)


def test_a_post_is_written_and_published(desk, alma):
    assert desk.post(f"{POSTS}add/", fields(status="published")).status_code == 302
    post = Post.objects.get(slug="new")
    assert post.is_public
    assert desk.get("/posts/new/").status_code == 200


def test_the_author_of_a_new_post_is_whoever_writes_it(desk, alma):
    form = desk.get(f"{POSTS}add/").context["adminform"].form
    assert form.initial["author"] == alma.pk
    assert ">Alma</option>" in str(form["author"])


def test_the_date_names_the_time_zone_it_is_in(desk, post):
    Site.objects.filter(pk=1).update(time_zone="Europe/Berlin")
    assert "In the time zone of the site, Europe/Berlin." in desk.get(f"{POSTS}add/").text


def test_a_date_is_read_in_the_time_zone_of_the_site(desk, post):
    Site.objects.filter(pk=1).update(time_zone="Asia/Tokyo")
    date = {"published_at_0": "2026-01-02", "published_at_1": "09:00"}
    desk.post(f"{POSTS}add/", fields(status="published", **date))
    assert Post.objects.get(slug="new").published_at.isoformat() == "2026-01-02T00:00:00+00:00"


def test_the_list_says_what_appears_later(desk, post):
    Post.objects.update(published_at=timezone.now() + timedelta(days=1))
    assert "Appears later" in desk.get(POSTS).text


def test_the_list_counts_thoughts_without_a_query_a_post(desk, post, write, alma):
    write()
    desk.get(POSTS)
    with_one = queries(desk)
    for number in range(10):
        Post.objects.create(title=f"P{number}", slug=f"p{number}", body="x", author=alma)
    assert queries(desk) == with_one
    assert '<td class="field-thoughts">1</td>' in desk.get(POSTS).text


def queries(desk):
    with CaptureQueriesContext(connection) as found:
        desk.get(POSTS)
    return len(found)


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("publish", "status", "published"),
        ("unpublish", "status", "draft"),
        ("open_comments", "comments_open", True),
        ("close_comments", "comments_open", False),
    ],
)
def test_an_act_on_many_posts_changes_them_and_the_pages_caches_keep(
    desk, post, action, field, value
):
    Post.objects.update(status="draft", comments_open=not value)
    before = Post.objects.get().updated_at
    assert "1 post " in act(desk, action, post)
    after = Post.objects.get()
    assert getattr(after, field) == value
    assert after.updated_at > before


def test_a_post_without_comments_is_deleted(desk, post):
    desk.post(f"{POSTS}{post.pk}/delete/", {"post": "yes"})
    assert not Post.objects.exists()


def test_deleting_a_post_with_comments_offers_to_unpublish_it(desk, post, write):
    write()
    page = desk.get(f"{POSTS}{post.pk}/delete/").text
    assert "This post has 1 comment." in page
    assert "unpublish it instead" in page


def test_comments_are_not_deleted_without_being_asked_for(desk, post, write):
    write()
    page = desk.post(f"{POSTS}{post.pk}/delete/", {"post": "yes"}).text
    assert "Tick the box if you mean it." in page
    assert Comment.objects.exists()


def test_a_superuser_deletes_a_post_with_its_thread(desk, post, write):
    write("Deep", parent=write("Reply", parent=write("Root")))
    write("Spam", status="spam")
    page = desk.post(f"{POSTS}{post.pk}/delete/", {"with_comments": "yes"}, follow=True)
    assert "“On answering” and its comments are deleted." in page.text
    assert not Post.objects.exists()
    assert not Comment.objects.exists()
    assert not Purged.objects.exists()


def test_who_is_no_superuser_cannot_delete_a_thread(editor, post, write):
    write()
    url = f"{POSTS}{post.pk}/delete/"
    assert "Only a superuser may" in editor.get(url).text
    assert editor.post(url, {"with_comments": "yes"}).status_code == 403


def test_posts_are_deleted_one_at_a_time(desk, post):
    assert "delete_selected" not in desk.get(POSTS).text


def test_a_picture_is_uploaded_shown_and_served(desk, post):
    page = upload(desk, png()).text
    image = Image.objects.get()
    assert (image.width, image.height, image.alt) == (30, 20, "A lake")
    assert f"![A lake](/media/{image.name})" in page
    served = desk.get(f"/media/{image.name}")
    assert Pillow.open(BytesIO(served.getvalue())).size == (30, 20)
    served.close()


def test_the_same_picture_twice_is_one(desk, post):
    upload(desk, png())
    page = upload(desk, png(), alt="Again").text
    assert "You have this picture already" in page
    assert Image.objects.get().alt == "A lake"


def test_what_is_no_picture_is_said_beside_the_field(desk, post, settings):
    svg = BytesIO(b"<svg/>")
    svg.name = "picture.svg"
    page = upload(desk, svg).text
    assert "Export it as PNG" in page
    assert not Image.objects.exists()


def test_a_form_without_a_file_asks_for_one(desk, post):
    page = desk.post(f"{IMAGES}add/", {"alt": "Nothing"}).text
    assert "This field is required." in page


def test_a_description_is_changed_later(desk, post):
    upload(desk, png())
    image = Image.objects.get()
    desk.post(f"{IMAGES}{image.pk}/change/", {"alt": "A pond"})
    image.refresh_from_db()
    assert image.alt == "A pond"


def test_a_picture_says_where_it_is_used(desk, post):
    upload(desk, png())
    image = Image.objects.get()
    post.body = f"![](/media/{image.name})"
    post.save()
    assert "On answering</a>" in desk.get(f"{IMAGES}{image.pk}/change/").text


def test_deleting_a_picture_deletes_its_file(
    desk, post, settings, django_capture_on_commit_callbacks
):
    upload(desk, png("red"))
    image = Image.objects.get()
    assert (settings.MEDIA_ROOT / image.name).exists()
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"{IMAGES}{image.pk}/delete/", {"post": "yes"})
    assert not (settings.MEDIA_ROOT / image.name).exists()


def test_pictures_are_listed_with_their_markdown(desk, post):
    upload(desk, png())
    assert "![A lake](/media/" in desk.get(IMAGES).text


def test_a_visitor_is_asked_to_sign_in(client, db):
    for url in (POSTS, IMAGES, f"{POSTS}add/"):
        assert client.get(url).url.startswith("/admin/login/")
