"""Passwords tried lately, counted by who tries them and at which account.

An account takes more than one sender does, so one stranger cannot close it; many can, for others
who have not signed in to it before. A browser that has is known, and counted by itself.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments import address
from sitecore.models import Attempt

WINDOW = timedelta(minutes=15)
BY_SENDER, AT_ACCOUNT = 10, 50


def of(request, username: str, browser: str = "") -> Attempt:
    """An attempt at an account, not noted yet; `browser` names one that the account knows."""
    if browser:
        return Attempt(sender=mac("browser", browser))
    network = _network(request)
    return Attempt(sender=network and mac("network", network), account=mac("account", username))


def wait(attempt: Attempt) -> timedelta:
    """How long until it may be made; zero: now."""
    now, ends = timezone.now(), []
    for name, most in (("sender", BY_SENDER), ("account", AT_ACCOUNT)):
        if value := getattr(attempt, name):
            ends += _lately(now).filter(**{name: value}).order_by("-at")[most - 1 : most]
    return max((end.at + WINDOW - now for end in ends), default=timedelta())


def forgive(attempt: Attempt) -> None:
    """The password was right: this was no guess, nor was what the same sender tried before."""
    same = Q(sender=attempt.sender, account=attempt.account) if attempt.sender else Q()
    Attempt.objects.filter(Q(pk=attempt.pk) | same).delete()


def forget_old(now: datetime) -> None:
    old = Attempt.objects.filter(at__lte=now - WINDOW)
    if old.exists():  # looking takes no lock
        old.delete()


def mac(kind: str, value: str) -> str:
    return salted_hmac(f"attempt {kind}", value, algorithm="sha256").hexdigest()


def _lately(now):
    return Attempt.objects.filter(at__gt=now - WINDOW)


def _network(request) -> str:
    """Who counts as one sender; nobody on a private network, for that may be everybody's proxy."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    ip = address.resolve(peer, forwarded, settings.TRUSTED_PROXIES)
    return "" if ip is None or address.is_private(ip) else address.network(ip)
