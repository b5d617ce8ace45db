from django.conf import settings
from django.core.checks import Error, register

from comments.spam.client import is_allowed

LONGEST = 30  # seconds; gunicorn ends a request at 30


@register()
def akismet_base_url(app_configs, **kwargs) -> list[Error]:
    if is_allowed(settings.AKISMET_BASE_URL):
        return []
    return [
        Error(
            "AKISMET_BASE_URL must begin with https://: comments and your key are sent there.",
            hint="Remove AKISMET_BASE_URL, or set it to https://rest.akismet.com. "
            "Only a loopback address such as http://127.0.0.1:8199 may do without https.",
            id="afterword.E011",
        )
    ]


@register()
def akismet_timeout(app_configs, **kwargs) -> list[Error]:
    if 0 < settings.AKISMET_TIMEOUT < LONGEST:
        return []
    return [
        Error(
            f"AKISMET_TIMEOUT must be more than 0 and less than {LONGEST} seconds.",
            hint="Remove AKISMET_TIMEOUT; it is 4 then.",
            id="afterword.E012",
        )
    ]
