"""Every page of this site, in every state that somebody can meet it in.

How pages are drawn, read aloud and parsed is judged over all of them: who adds a page, or a state
of one, hangs it here.
"""

from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from comments import moderation, tokens
from comments.models import Comment
from posts import images
from posts.models import Image, Post, Site
from sitecore import errors, login, welcome

LONG_NAME = "W" * 245
WIDE_CODE = "```\n" + "a_name_without_end(" * 20 + "\n```"
RIGHT_TO_LEFT = "שלום " + "א" * 300 + "\n\n" + "x" * 2000
WIDE_POST = f"""> Said once.

{WIDE_CODE}

| {" | ".join("abcdefghij")} |
|{"---|" * 10}
| {" | ".join(["some words"] * 10)} |

## A part

- {"unbroken" * 40}

1. ![A heron](/media/%s)
"""
THREAD = "/posts/on-answering/"
TABS = ("", "checking", "published", "spam", "trash", "all&q=o", "trash&q=nothing")
DESK = """password_change/ posts/ posts/post/ posts/post/?q=nothing posts/post/add/ posts/image/
    posts/image/add/ posts/image/1/change/ posts/site/1/change/ posts/site/1/history/"""


# A form with nothing in it but what Django needs to read it.
BARE = {"discussion-TOTAL_FORMS": 0, "discussion-INITIAL_FORMS": 0}


class Gallery(dict):
    """The site's answers, each under the name of its state."""

    def hang(self, name, answer, status=200):
        assert answer.status_code == status, f"{name}: {answer.status_code}"
        self[name] = answer

    def see(self, client, *urls, status=200):
        who = "" if client.cookies else "a reader: "
        for url in urls:
            self.hang(who + url, client.get(url), status)


@pytest.fixture
def gallery(alma, post, write, form, akismet, monkeypatch):
    gallery = Gallery()
    gallery.hang("a new site", Client().get("/"))
    gallery.hang("an empty thread", Client().get(THREAD))
    monkeypatch.setattr("comments.thread.PAGE", 12)
    furnish(post)
    comments = converse(alma, write)
    readers(gallery, comments)
    writers(gallery, form, comments)
    refusals(gallery, alma, comments)
    moderators(gallery, alma, comments)
    desk(gallery, alma, post, comments)
    strangers(gallery, alma)
    return gallery


def furnish(post):
    """A post with wide things in it, a closed one, a draft, and enough others to turn the page."""
    file = BytesIO()
    Picture.new("RGB", (2000, 300), "navy").save(file, "PNG")
    picture = images.encode(SimpleUploadedFile("heron.png", file.getvalue()))
    images.store(picture)
    Image.objects.create(pk=1, name=picture.name, alt="A heron", width=2000, height=300)
    Site.objects.update(tagline="Letters " + "without-end" * 17)
    for number in range(10):
        post_named(f"p-{number}", title="T" * 200)
    post_named("closed", comments_open=False)
    post_named("draft", status="draft")
    post.body = WIDE_POST % picture.name
    post.save()


def post_named(slug, **fields):
    return Post.objects.create(
        **{"slug": slug, "title": slug, "body": "A <b>.", "status": "published"} | fields
    )


def converse(alma, write) -> dict[str, Comment]:
    """Replies six deep, a stone, wide words, names of all kinds, and what is not public."""
    root = last = write("A beginning.", name="Ann", author_url="https://ann.example/")
    for name in ("Bo", "Cem", "Dilnaz", "Edda", "Farid"):
        last = write(f"{name} answers.\n\n> A quotation.", parent=last, name=name)
    write(WIDE_CODE, name=LONG_NAME, author_email="", parent=last)
    write(RIGHT_TO_LEFT, name="דנה", parent=root)
    stone = write("Gone by now.", name="Gül")
    write("To what is gone.", parent=stone, name="Alma", author=alma)
    moderation.move(stone, "trash", alma)
    held = {"name": "Ida", "parent": root, "holds": [{"rule": "links", "count": 4}]}
    named = {
        status: write(status, status=status, **held) for status in ("pending", "spam", "trash")
    }
    Comment.objects.update(check_at=None)
    write("Being checked", name="Jo", status="pending", parent=last)
    for number in range(8):
        write(f"Number {number}.", name=f"N{number}")
    return named | {"root": root, "deep": last, "stone": stone}


def readers(gallery, comments):
    gallery.see(Client(), "/", "/?page=2", "/privacy/", THREAD, "/posts/closed/")
    gallery.see(Client(), f"{THREAD}?from={comments['deep'].pk}", f"{THREAD}?from=last")
    gallery.see(Client(), f"{THREAD}?order=newest", f"{THREAD}?order=newest&from=last")
    gallery.see(Client(), *(f"/comments/{comments[whose].pk}/reply/" for whose in ("root", "deep")))


def writers(gallery, form, comments):
    """What a form leads to: one's own view of what is not public, and words that say why not."""
    own = comments["pending"]
    url = f"/comments/{own.pk}/status/{tokens.status_signature(own)}/"
    gallery.hang("one's own", Client().get(url))
    send(gallery, "nothing filled in", form(body="", author_name=""), 422)
    wrong = form(body="x" * 10_001, author_email="x", author_url="x y", token="stale")
    send(gallery, "all of it wrong", wrong | {"parent": comments["deep"].pk}, 422)
    send(gallery, "answer to what is gone", form(parent=comments["trash"].pk), 422)
    Client().post(f"{THREAD}comments/", form("Once."))
    send(gallery, "a repeat", form("Once."), 409)
    send(gallery, "a flood", form("Twice."), 429)
    send(gallery, "too late", form(), 403, url="/posts/closed/comments/")
    elsewhere = {"origin": "https://elsewhere.example"}
    send(gallery, "from elsewhere", form(), 403, headers=elsewhere)


def send(gallery, name, fields, status, url=f"{THREAD}comments/", **request):
    gallery.hang(name, Client().post(url, fields, **request), status)


def refusals(gallery, alma, comments):
    """Pages that say no to everybody."""
    public = Comment.objects.get(author_name="N7")
    moderation.purge(public)
    gallery.see(Client(), f"/comments/{public.pk}/", status=410)
    gallery.see(Client(), "/nothing-here/", f"/comments/{comments['trash'].pk}/", status=404)
    gallery.see(Client(), f"/comments/{comments['root'].pk}/edit/", status=403)
    gallery.hang("a strange host", Client().get("/", headers={"host": "x" * 60}), 400)
    gallery.hang("malformed", errors.bad_request(None, ValueError()), 400)
    too_much = {"CONTENT_LENGTH": "300000"}
    gallery.hang("too much at once", Client().get("/", **too_much), 413)
    gallery.hang("a fault", errors.server_error(None), 500)
    gallery.hang(
        "signed out meanwhile",
        signed_in(alma, enforce_csrf_checks=True).post("/admin/logout/"),
        403,
    )


def signed_in(alma, **kind) -> Client:
    client = Client(**kind)
    client.force_login(alma)
    return client


def moderators(gallery, alma, comments):
    client = signed_in(alma)
    edit = f"/comments/{comments['root'].pk}/edit/"
    gallery.see(client, "/", THREAD, f"{THREAD}?from=last", "/posts/draft/", edit)
    gallery.see(client, f"/comments/{comments['deep'].pk}/reply/")
    gallery.hang("an edit to nothing", client.post(edit, {"body": ""}), 422)
    client.post(f"/comments/{comments['pending'].pk}/move/", {"to": "approved"})
    gallery.hang("published just now", client.get(THREAD))


def desk(gallery, alma, post, comments):
    """Admin: the queue, a comment, posts, pictures, the site."""
    client, queue = signed_in(alma), "/admin/comments/comment/"
    gallery.see(client, "/admin/", *(f"/admin/{page}" for page in DESK.split()))
    gallery.see(client, *(f"{queue}?tab={tab}" for tab in TABS))
    gallery.see(client, *(f"{queue}{comments[whose].pk}/change/" for whose in ("deep", "trash")))
    gallery.see(client, *(f"/admin/posts/post/{post.pk}/{page}/" for page in ("change", "delete")))
    gallery.see(client, "/admin/posts/image/1/delete/")
    purge = {"act": "purge", "comment": [comments["trash"].pk, comments["stone"].pk]}
    gallery.hang("are you sure?", client.post(f"{queue}act/", purge))
    for form in ("post/add", "image/add", "site/1/change"):
        gallery.hang(f"{form}, with errors", client.post(f"/admin/posts/{form}/", BARE))


def strangers(gallery, alma):
    """Where one signs in or out, and where a site is set up."""
    gallery.see(Client(), "/admin/login/")
    gallery.hang("no such user", Client().post("/admin/login/", {"username": "x", "password": "x"}))
    with login.SLOTS, login.SLOTS:
        busy = Client().post("/admin/login/", {"username": "x", "password": "x"})
    gallery.hang("others sign in", busy, 503)
    gallery.hang("signed out", signed_in(alma).post("/admin/logout/"))
    get_user_model().objects.update(is_superuser=False)
    used = urlsplit(welcome.link()).path
    gallery.hang("to set up", Client().get(used))
    gallery.hang(
        "set up wrongly", Client().post(used, {"email": "x", "akismet_key": "invalid"}), 422
    )
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        gallery.hang("a link of yesterday", Client().get(used), 410)
    get_user_model().objects.update(is_superuser=True)
    gallery.hang("set up already", Client().get(used), 410)
