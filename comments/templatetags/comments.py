from django import template

from comments import moderation, spam, thread, views
from comments.models import Discussion
from comments.retention import SUBMISSIONS

register = template.Library()


@register.inclusion_tag("comments/_thread.html", takes_context=True, name="thread")
def thread_of(context, post):
    """The page of the post's thread that the request asks for, and the form under it."""
    request = context["request"]
    own = context.get("own")
    discussion = Discussion.objects.of(request.site)
    order = request.GET.get("order")
    order = order if order in Discussion.Order.values else discussion.order
    moderating = moderation.is_moderator(request.user)
    page = thread.page(
        post,
        order=order,
        start=_start(request, own, order),
        depth=discussion.shown_depth,
        waiting=moderating,
        own=own,
    )
    checked = spam.enabled(discussion)
    for row in page.rows:
        row.is_being_checked = checked and row.waiting and row.comment.check_at is not None
    return {
        "request": request,
        "post": post,
        "open": post.comments_open and post.is_public,
        "count": getattr(getattr(post, "thread", None), "count", 0),
        "orders": Discussion.Order.choices,
        "order": "" if order == discussion.order else order,
        "page": page,
        "own": own,
        "moderating": moderating,
        "form": views.comment_form(request, post),
    }


@register.inclusion_tag("comments/_notice.html", takes_context=True)
def notice(context, in_full=False, brief=False):
    """What is sent to whom when a comment is posted: the line under the form, details folded.

    Brief is for a form opened in a page that has one already, and the details under it.
    """
    return {
        "in_full": in_full,
        "brief": brief,
        "check_is_on": spam.enabled(Discussion.objects.of(context["request"].site)),
        "sent": spam.disclosure(),
        "days": SUBMISSIONS.days,
    }


@register.simple_tag(takes_context=True)
def place_in_thread(context) -> str:
    """Which page of a thread this is, as the end of a title; the first needs no words."""
    start = context["request"].GET.get("from", "")
    if views.is_id(start):
        return f", from comment {start} on"
    return ", the last comments" if start == thread.LAST else ""


def _start(request, own, order):
    if own:
        return bytes(getattr(own, thread.sort_key(order))) if thread.locate(own, order) else None
    start = request.GET.get("from", "")
    if views.is_id(start):
        return int(start)
    return thread.LAST if start == thread.LAST else None
