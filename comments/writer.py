"""The person who sends a comment: what comes with the request, and what a browser remembers."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from comments import address, moderation, tokens
from comments.forms import ReplyForm
from comments.models import Comment, Submission

COOKIE = "writer"
COOKIE_AGE = 60 * 60 * 24 * 365
REMEMBERED = ("author_name", "author_email", "author_url")


def write(request: HttpRequest, form: ReplyForm) -> tuple[Comment, Submission]:
    """The comment that a valid form holds, and what came with it. Nothing is stored."""
    data = form.cleaned_data
    comment = Comment(post=form.post, parent=data["parent"], body=data["body"])
    if moderation.is_moderator(request.user):
        user = request.user
        comment.author, comment.author_email = user, user.email
        comment.author_name = user.get_full_name() or user.get_username()
    else:
        for name in REMEMBERED:
            setattr(comment, name, data[name])
    return comment, _submission(request, form, comment)


def remembered(request: HttpRequest) -> dict:
    """Name, e-mail and website, if this browser was asked to remember them."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
        return {name: str(kept[name]) for name in REMEMBERED} | {"remember": True}
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return {}


def remember(request: HttpRequest, response: HttpResponse, form: ReplyForm) -> HttpResponse:
    """Remember the writer if they want it; forget them if not."""
    data = form.cleaned_data
    if data.get("remember"):
        value = signing.dumps({name: data[name] for name in REMEMBERED}, salt=COOKIE)
        response.set_cookie(
            COOKIE,
            value,
            max_age=COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    elif COOKIE in request.COOKIES and "remember" in form.fields:
        response.delete_cookie(COOKIE)
    return response


def _referrer(request, post) -> str:
    """Where the writer came from. The signed address of somebody's own comment stays theirs."""
    referrer = request.META.get("HTTP_REFERER", "")[:500]
    return settings.SITE_URL + post.get_absolute_url() if "/status/" in referrer else referrer


def _submission(request, form, comment) -> Submission:
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    ip = address.resolve(peer, forwarded, settings.TRUSTED_PROXIES)
    submission = Submission(
        ip=str(ip) if ip else None,
        network=address.network(ip),
        wider=address.wider(ip),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:500],
        referrer=_referrer(request, form.post),
    )
    if ip is None:
        submission.peer, submission.forwarded = peer[:45], address.trim(forwarded)
    submission.person = tokens.person(comment.author_name, comment.author_email, submission.network)
    submission.key = tokens.submission_key(
        form.cleaned_data["token"],
        str(comment.post_id),
        str(comment.parent_id),
        comment.author_name,
        comment.author_email,
        comment.body,
    )
    return submission
