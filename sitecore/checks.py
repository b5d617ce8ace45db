from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import DatabaseError

from comments.models import Discussion
from sitecore.environment import Environment

EVERYBODY = 8  # a network with a shorter prefix than this is most of the internet


@register(Tags.security)
def debug_is_for_local_sites(app_configs, **kwargs):
    if not settings.DEBUG or settings.SITE_IS_LOCAL:
        return []
    sentence = "DEBUG shows code and settings to every visitor."
    return [Error(sentence, hint="Unset DEBUG.", id="afterword.E001")]


@register
def mail_can_be_sent(app_configs, **kwargs):
    if not settings.MODERATORS_EMAIL or "EMAIL_URL" in Environment.ENVIRON:
        return []
    sentence = "MODERATORS_EMAIL is set, but EMAIL_URL is not: mail goes to localhost:25."
    return [Warning(sentence, hint="Set EMAIL_URL.", id="afterword.W001")]


@register(Tags.security)
def proxies_are_few(app_configs, **kwargs):
    if all(network.prefixlen >= EVERYBODY for network in settings.TRUSTED_PROXIES):
        return []
    sentence = "TRUSTED_PROXIES trusts nearly everybody: readers can claim any address."
    hint = "Name the networks of your own proxies only."
    return [Error(sentence, hint=hint, id="afterword.E002")]


@register(deploy=True)
def somebody_checks_comments(app_configs, **kwargs):
    if settings.AKISMET_API_KEY or _key_from_admin():
        return []
    sentence = "There is no Akismet key: every comment waits for a person."
    hint = "Enter a key in admin, or set AKISMET_API_KEY."
    return [Warning(sentence, hint=hint, id="afterword.W002")]


def _key_from_admin() -> bool:
    try:
        return Discussion.objects.exclude(akismet_key="").exists()
    except DatabaseError:  # before the first migration
        return False
