"""Hostile texts put into every field, and every page, feed and mail that then shows them.

A play writes texts through one set of fields and gives the surfaces on which they stand. Fields of
one line take several vectors at once, as many as fit. Played with harmless words as well, it says
what those surfaces look like when nothing is wrong.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from unittest import mock
from urllib.parse import quote

from django.test import Client
from django.urls import reverse

from comments import moderation, notices, queue, tokens
from comments.models import Comment, Submission
from posts.markup import is_web_address, printable
from posts.models import Post, Site
from tests.hostile.judge import COMMENT, PLAIN, POST

CROWD = 100
NAME, TITLE, SUMMARY, QUERY = 245, 200, 500, 600
PLACES = {
    ("div", "text"): COMMENT,
    ("article", "comment-text"): COMMENT,
    ("blockquote", ""): PLAIN,
}
numbers = count(1)


@dataclass
class Scene:
    alma: object

    def __post_init__(self):
        self.reader, self.moderator = Client(), Client()
        self.moderator.force_login(self.alma)

    def get(self, url: str, client=None, status: int = 200) -> str:
        response = (client or self.reader).get(url, HTTP_SEC_FETCH_SITE="same-origin")
        assert response.status_code == status, f"{url} answers {response.status_code}"
        return response.content.decode()

    def post(self, **fields) -> Post:
        fields = {"title": "Word", "body": "Word.", "status": "published"} | fields
        return Post.objects.create(slug=f"post-{next(numbers)}", author=self.alma, **fields)

    def comment(self, post, name, body, *, url="", parent=None, status="approved") -> Comment:
        number, name = next(numbers), printable(name).strip()[:NAME] or "Bo"
        url = printable(url)[:200]
        comment = Comment(
            post=post,
            parent=parent,
            author_name=name,
            author_email=f"{number}{name}"[:254],
            author_url=url if is_web_address(url) else "https://example.org/",
            body=printable(body) or "Word",
        )
        moderation.receive(comment, Submission(key=f"hostile {number}", user_agent=name))
        if status != "pending":
            moderation.move(comment, status, self.alma)
        return comment


def crowd(scene, texts) -> dict:
    """A comment each: name, e-mail address, website, text, browser. Every other one is a reply."""
    post, comments = scene.post(), []
    for text in texts:
        parent = comments[-1] if len(comments) % 2 else None
        comments.append(scene.comment(post, text, text, url=text, parent=parent))
    list_url = reverse("admin:comments_comment_changelist") + "?tab=published"
    found = {
        "post page": scene.get(post.get_absolute_url()),
        "post page, moderator": scene.get(post.get_absolute_url(), scene.moderator),
        "admin queue": scene.get(list_url, scene.moderator),
        "admin queue, next page": scene.get(list_url + "&p=2", scene.moderator),
    }
    with feeds_of(CROWD):
        found["feed of comments"] = scene.get("/comments/feed/")
        found["feed of a thread"] = scene.get(post.get_absolute_url() + "feed/")
    with mock.patch.object(notices, "SHOWN", CROWD):
        found["mail"] = mail(comments)
    return found


def alone(scene, texts) -> dict:
    """A comment that answers another: the names of both, and all of it as the text of each."""
    names, body = " ".join(texts), "\n\n".join(texts)[:9000]
    name, post = names[NAME:] or names, scene.post()
    parent = scene.comment(post, names[:NAME], body)
    public = scene.comment(post, name, body, parent=parent)
    own = scene.comment(post, name, body, parent=parent, status="pending")
    admin = reverse("admin:comments_comment_change", args=[public.pk])
    page, query = f"/comments/{public.pk}/", quote(name, errors="replace")
    purge = {"act": "purge", "comment": public.pk, "next": f"/?{query}"}
    asked = scene.moderator.post(reverse("admin:comments_comment_act"), purge)
    edit = {"body": body * 2 if len(body) > 5000 else ""}
    return {
        "reply page": scene.get(page + "reply/"),
        "only you can see this": scene.get(
            reverse("comments:own", args=[own.pk, tokens.status_signature(own)])
        ),
        "edit page": scene.get(f"{page}edit/?next=/{query}", scene.moderator),
        "edit page again": scene.moderator.post(page + "edit/", edit).content.decode(),
        "admin comment page": scene.get(admin, scene.moderator),
        "admin deletion": asked.content.decode(),
        "mail subject": mail([own]),
    }


def titled(scene, texts) -> dict:
    """A post: its title, its summary, and all of it as its text."""
    text, body = printable(" ".join(texts)), printable("\n\n".join(texts))
    summary = text[TITLE:][:SUMMARY] or text
    post = scene.post(title=text[:TITLE], summary=summary, body=body)
    with mock.patch("posts.views.PostList.paginate_by", 1):
        front = scene.get("/")
    with feeds_of(1):
        feed, thread = scene.get("/feed/"), scene.get(post.get_absolute_url() + "feed/")
    change = reverse("admin:posts_post_change", args=[post.pk])
    none, one, two = (answered(scene, post) for _ in range(3))
    return {
        "title: post page": none,
        "title: post page, one comment": one,
        "title: post page, two": two,
        "title: first page": front,
        "title: feed of posts": feed,
        "title: feed of a thread": thread,
        "title: admin form": scene.get(change, scene.moderator),
        "title: admin deletion": scene.get(change.replace("change/", "delete/"), scene.moderator),
        "title: admin history": scene.get(change.replace("change/", "history/"), scene.moderator),
    }


def answered(scene, post) -> str:
    """The post's page before one comment more."""
    page = scene.get(post.get_absolute_url())
    scene.comment(post, "Bo", "Word.")
    return page


def named(scene, texts) -> dict:
    """A site: its name, its tagline."""
    text = printable(" ".join(texts))
    Site.objects.current()
    Site.objects.update(name=text[:100], tagline=text[100:300] or text, version=next(numbers))
    post, form = scene.post(), reverse("admin:posts_site_change", args=[1])
    own = scene.comment(post, "Bo", "Word.", status="pending")
    with feeds_of(1), mock.patch("comments.admin.site.time_zones", list):
        feed, form = scene.get("/feed/"), scene.get(form, scene.moderator)
    return {
        "site: post page": scene.get(post.get_absolute_url()),
        "site: privacy": scene.get("/privacy/"),
        "site: nothing here": scene.get("/nothing/here", status=404),
        "site: feed": feed,
        "site: admin form": form,
        "site: mail": mail([own]),
    }


def asked(scene, texts) -> dict:
    """Addresses that hold all of these: searches, queries, and paths that lead nowhere."""
    words = " ".join(texts)[:QUERY]
    text, query = quote(words.encode("utf-8", "surrogatepass")), quote(printable(words))
    post, boss = scene.post(), scene.moderator
    return {
        "address: search comments": scene.get(f"/admin/comments/comment/?q={query}x-x", boss),
        "address: search posts": scene.get(f"/admin/posts/post/?q={query}x-x", boss),
        "address: first page": scene.get(f"/?x={text}"),
        "address: post page": scene.get(f"{post.get_absolute_url()}?from={text}&order={text}"),
        "address: moderator": scene.get(f"{post.get_absolute_url()}?x={text}", boss),
        "address: nothing here": scene.get(f"/x/{text}", status=404),
        "address: no such post": scene.get(f"/posts/{text}/", status=404),
    }


def mail(comments):
    rows = queue.with_story(Comment.objects.filter(pk__in=[c.pk for c in comments])).order_by("pk")
    return notices.compose("alma@example.org", rows, fails=False).message()


def feeds_of(newest: int) -> ExitStack:
    stack = ExitStack()
    for name in ("posts.feeds.NEWEST", "comments.feeds.NEWEST"):
        stack.enter_context(mock.patch(name, newest))
    return stack


# Each play, how many characters of vectors it takes at once (None: a hundred vectors), and the
# dialect of the text that it shows.
PLAYS = {
    crowd: (None, PLACES),
    alone: (2 * NAME, PLACES),
    titled: (TITLE + SUMMARY, PLACES | {("div", "text"): POST}),
    named: (300, {}),
    asked: (QUERY, {}),
}
