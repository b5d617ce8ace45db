"""What every admin page shows a moderator: the number that waits, and what is out of order."""

from django import template
from django.utils.text import Truncator

from comments import alerts, moderation, queue, spam

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context) -> int:
    """How many comments wait for a person; asked once a request, 0 for those it is no matter of."""
    request = context["request"]
    if not hasattr(request, "waiting_count"):
        may = moderation.is_moderator(request.user)
        request.waiting_count = queue.waiting(spam.enabled()) if may else 0
    return request.waiting_count


@register.inclusion_tag("admin/_alerts.html", takes_context=True)
def alert_list(context):
    user = context["request"].user
    return {
        "alerts": alerts.current() if moderation.is_moderator(user) else [],
        "may_change_site": user.has_perm("posts.change_site"),
    }


@register.filter
def excerpt(body: str) -> str:
    """The beginning of a comment as it was typed, on one line."""
    return Truncator(" ".join(body.split())).chars(280)


@register.filter
def status_name(comment) -> str:
    return queue.STATUS_NAMES[comment.status]
