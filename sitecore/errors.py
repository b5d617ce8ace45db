"""Errors are for people: each says what is wrong and what to do."""

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from comments import views
from posts.models import Post


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
    return _plain(
        500,
        "Something went wrong here",
        "It is noted. What you wrote may not have arrived: go back, your browser still has it.",
    )


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
