"""What a moderator must know at the top of every admin page. A few bounded queries."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.formats import date_format

from comments import queue, spam
from comments.models import Comment, SpamCheck, Submission

OVER_LIMIT = frozenset({"10501", "10502", "10504", "10508", "10516"})
CODES = dict.fromkeys(OVER_LIMIT, "Your site asks more than its Akismet plan allows.") | {
    "30001": "Akismet takes this for a commercial site, and the key is for personal ones.",
    "10005": "Your Akismet key has been published somewhere: get another one.",
}


@dataclass(frozen=True)
class Alert:
    text: str
    about_the_key: bool = False
    """Mended on the page of the site."""


def current() -> list[Alert]:
    if not spam.enabled():
        return [Alert("No Akismet key: every comment waits for you.", about_the_key=True)]
    last = SpamCheck.objects.order_by("-at", "-pk").first()
    found = [_key(last), _account(last), _silence(last), _hidden_addresses()]
    return [alert for alert in found if alert]


def _key(last: SpamCheck | None) -> Alert | None:
    if not spam.is_well_formed(spam.key()):
        return Alert("The Akismet key is not one: keys are letters and digits.", about_the_key=True)
    if last and last.code == "invalid-key":
        return Alert("Akismet does not accept the key: every comment waits.", about_the_key=True)
    return None


def _account(last: SpamCheck | None) -> Alert | None:
    if last and last.alert_code:
        fault = CODES.get(last.alert_code, "Akismet reports something about your account.")
        return Alert(f"{fault} (Code {last.alert_code}; see akismet.com/account.)")
    if last and last.code == "akismet-error":
        return Alert(
            "Akismet answers that something is wrong with your account, so comments wait. "
            "See akismet.com/account."
        )
    return None


def _silence(last: SpamCheck | None) -> Alert | None:
    if not last or not spam.Verdict(last.result, last.code).is_transport_failure:
        return None
    checking = Comment.objects.pending().filter(check_at__isnull=False)
    found = checking.aggregate(count=Count("pk"), since=Min("created_at"))
    if not found["count"]:
        return None
    since = date_format(timezone.localtime(found["since"]), "j M, H:i")
    comments = "1 comment" if found["count"] == 1 else f"{found['count']} comments"
    return Alert(
        f"Akismet has not answered for {comments} since {since}. "
        "They are tried again by themselves; there is nothing to do."
    )


def _hidden_addresses() -> Alert | None:
    if settings.TRUSTED_PROXIES:
        return None  # then the worker resolves what it can
    hidden = Submission.objects.filter(
        comment__status=Comment.Status.PENDING, ip__isnull=True
    ).exclude(peer="")
    peer = hidden.order_by("-comment_id").values_list("peer", flat=True).first()
    if not peer:
        return None
    return Alert(
        f"Your proxy {peer} hides the addresses of readers. "
        f"Set TRUSTED_PROXIES={queue.suggest_proxies(peer)}."
    )
