"""A browser without our Content-Security-Policy reads hostile text: nothing of it comes alive."""

import re

import pytest
from django.db import transaction

from comments import tokens
from posts.markup import printable
from tests.hostile import vectors
from tests.hostile.plays import Scene

CALL = re.compile(r"\b(alert|prompt|confirm|msgbox)\s*\(", re.IGNORECASE)
WATCH = """
window.canary = function () { document.documentElement.dataset.sung = "yes"; };
window.alert = window.prompt = window.confirm = window.canary;
"""
TOUCH = """
() => {
  for (const element of document.querySelectorAll("*")) {
    for (const kind of ["mouseover", "mouseenter", "focus", "toggle", "load", "error", "begin"])
      element.dispatchEvent(new Event(kind, {bubbles: true}));
  }
  const schemes = [...document.querySelectorAll("[href], [src], [action], [formaction]")]
    .flatMap(e => [e.href, e.src, e.action, e.formAction])
    .filter(url => typeof url === "string" && url)
    .map(url => new URL(url, location.href).protocol);
  return [...new Set(schemes)].filter(scheme => !["http:", "https:", "mailto:"].includes(scheme));
}
"""


@pytest.fixture
def scene(transactional_db, alma, post):
    """All vectors, each of which would call the canary: as comments, and in a post."""
    scene, texts = Scene(alma), songs()
    with transaction.atomic():
        scene.parent = scene.comment(post, "Bo", "First.")
        for text in texts:
            scene.last = scene.comment(post, text, text, url=text, parent=scene.parent)
        scene.own = scene.comment(post, text, "\n\n".join(texts)[:9000], status="pending")
    post.body = post.summary = printable("\n\n".join(songs()))
    post.save()
    return scene


def songs() -> list[str]:
    return [CALL.sub("canary(", text) for text in vectors.OURS + vectors.of_others()[:160]]


@pytest.fixture
def watched(open_page, sign_in):
    """A page of a moderator that tells what came alive, and follows no policy of ours."""
    page = sign_in(open_page(bypass_csp=True, viewport={"width": 1280, "height": 900}))
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog: {dialog.message}"))
    return page


def pages(scene, post):
    yield post.get_absolute_url()
    yield f"{post.get_absolute_url()}?from=last"
    yield f"/comments/{scene.last.pk}/reply/"
    yield f"/comments/{scene.last.pk}/edit/"
    yield f"/comments/{scene.own.pk}/status/{tokens.status_signature(scene.own)}/"
    yield "/admin/comments/comment/?tab=published"
    yield f"/admin/comments/comment/{scene.last.pk}/change/"
    yield f"/admin/comments/comment/{scene.own.pk}/change/"
    yield f"/admin/posts/post/{post.pk}/change/"
    yield "/"


def test_nothing_sings(scene, post, watched):
    for url in pages(scene, post):
        watched.goto(url)
        strange = watched.evaluate(TOUCH)
        watched.wait_for_timeout(100)
        assert not watched.locator("html[data-sung]").count(), url
        assert strange == [], url


def test_the_canary_sings_where_text_is_alive(watched, complaints):
    watched.goto("/privacy/")
    watched.evaluate("document.body.innerHTML = '<img src=x onerror=canary()>'")
    watched.wait_for_selector("html[data-sung]")
    complaints.clear()  # of the picture that is not there


def test_feeds_shown_by_the_browser_hold_nothing_alive(scene, post, watched):
    for url in ("/feed/", "/comments/feed/", f"{post.get_absolute_url()}feed/"):
        text = watched.request.get(url).text()
        watched.goto("about:blank")
        alive = "new DOMParser().parseFromString(t, 'application/xml').querySelectorAll"
        assert watched.evaluate(f"t => {alive}('parsererror, script, img, svg').length", text) == 0
