"""Signing in to admin. To try a password is slow on purpose, so it is not done for everybody."""

import math
import secrets
import threading
from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core import signing
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from sitecore import attempts

SLOTS = threading.BoundedSemaphore(2)  # of a process's 4 threads
BUSY = timedelta(seconds=2)
COOKIE = "known"
COOKIE_AGE = 60 * 60 * 24 * 365


class LoginForm(AdminAuthenticationForm):
    """Refuses before it tries a password: what `refused` says is (status, how long to wait)."""

    refused = None

    @sensitive_variables()
    def clean(self):
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        attempt = attempts.of(self.request, username, browser_known_to(self.request, username))
        if wait := attempts.wait(attempt):
            minutes = math.ceil(wait / timedelta(minutes=1))
            unit = "minute" if minutes == 1 else "minutes"
            self._refuse(429, wait, f"Too many attempts. Try again in {minutes} {unit}.")
        if not SLOTS.acquire(blocking=False):
            self._refuse(503, BUSY, "Others are signing in. Try again in a few seconds.")
        try:
            return self._try(attempt)
        finally:
            SLOTS.release()

    def _try(self, attempt):
        attempt.save()  # before the password is tried, so that many at once are counted, too
        data = super().clean()
        attempts.forgive(attempt)
        return data

    def _refuse(self, status, wait, sentence):
        self.refused = status, wait
        raise ValidationError(sentence)


@sensitive_post_parameters("password")
def view(request):
    """admin's own page, with the status of a refusal; a browser that signs in is known from now."""
    response = admin.site.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if form is None and request.method == "POST":
        _know(response, request)
    elif form and form.refused:
        response.status_code, wait = form.refused
        response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def browser_known_to(request, username: str) -> str:
    """What names the browser, if somebody has signed in with it under this name before."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return ""
    return kept["browser"] if kept["account"] == attempts.mac("account", username) else ""


def _know(response, request) -> None:
    account = attempts.mac("account", request.user.get_username())
    value = signing.dumps({"browser": secrets.token_hex(8), "account": account}, salt=COOKIE)
    response.set_cookie(
        COOKIE,
        value,
        max_age=COOKIE_AGE,
        path=request.path,  # no page but this one ever sees it
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
