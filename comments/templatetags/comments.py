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
def notice(context, in_full=False):
    """What is sent to whom when a comment is posted: the line under the form, details folded."""
    return {
        "in_full": in_full,
        "check_is_on": spam.enabled(Discussion.objects.of(context["request"].site)),
        "sent": spam.disclosure(),
        "days": SUBMISSIONS.days,
    }


def _start(request, own, order):
    if own:
        return bytes(getattr(own, thread.sort_key(order))) if thread.locate(own, order) else None
    start = request.GET.get("from", "")
    if views.is_id(start):
        return int(start)
    return thread.LAST if start == thread.LAST else None
