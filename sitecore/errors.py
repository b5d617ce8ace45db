"""Errors are for people: each says what is wrong and what to do."""

import sys

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from comments import views
from posts.models import Post

DATABASE_FAILS = (OperationalError, InterfaceError)  # locked, full, read-only or away
RETRY = 10  # seconds
UNSAVED = {"title": "Your comment is not stored yet"}
# What the page that asks to send a comment again repeats of it, unseen.
SENT = ("parent", "token", "subject", "author_name", "author_email", "author_url", "remember")
SENT += ("csrfmiddlewaretoken",)


def bad_request(request, exception):
    status, title, text = 400, "This request makes no sense here", "Something in it was malformed."
    if isinstance(exception, DisallowedHost):
        host = request.META.get("HTTP_HOST", "")[:200]
        title = f"This site answers at {settings.SITE_URL}"
        text = f"To use {host}, set SITE_URL=http://{host} and start it again."
    elif isinstance(exception, RequestDataTooBig):
        status, title = 413, "That was too much at once"
        text = "A comment has at most 10,000 characters. Go back: your browser still has the text."
    return _plain(status, title, text)


def length_required(request):
    """A body in chunks is none to Django: the comment in it would be answered as an empty form."""
    return _plain(
        411,
        "Nothing arrived",
        "What you sent came without its length. Go back: your browser still has the text. "
        "If it happens again, a proxy before this site must pass requests on whole.",
    )


def forbidden(request, exception=None):
    return render(request, "403.html", status=403)


def not_found(request, exception=None):
    newest = Post.objects.published().newest_first().only("title", "slug")[:5]
    return render(request, "404.html", {"posts": newest}, status=404)


def server_error(request):
    """Without database, session or site: any of them may be what failed."""
    if isinstance(sys.exception(), DATABASE_FAILS):  # outside of a view, in a session perhaps
        return unavailable(request)
    return _plain(
        500,
        "Something went wrong here",
        "It is noted. What you wrote may not have arrived: go back, your browser still has it.",
    )


def unavailable(request):
    """The database fails for a while: locked, full, read-only or away. What was typed is kept."""
    match = request.resolver_match
    if request.method == "POST" and match and match.view_name == "comments:post":
        response = _unsaved(request)
    else:
        response = _plain(
            503,
            "Not now, but soon",
            "The database of this site does not do its work at the moment. Wait a moment and try"
            " again. If you sent something, go back: your browser still has it.",
        )
    response.headers["Retry-After"] = str(RETRY)
    return response


def _unsaved(request) -> HttpResponse:
    """The same form to be sent once more. Without the database, which is what fails."""
    sent = {name: request.POST[name] for name in SENT if name in request.POST}
    context = {"path": request.path, "sent": sent, "body": request.POST.get("body", "")}
    page = render_to_string("comments/comment_unsaved.html", UNSAVED | context)
    return HttpResponse(page, status=503, headers={"Cache-Control": "no-store"})


def csrf_failure(request, reason=""):
    """A form sent from another site, or after a session ended. A comment's text is kept."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return forbidden(request)
    if match.view_name == "comments:post":
        return views.refused(request, **match.kwargs)
    return render(request, "403.html", {"from_elsewhere": True}, status=403)


def _plain(status, title, text) -> HttpResponse:
    page = render_to_string("error.html", {"title": title, "text": text})
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
