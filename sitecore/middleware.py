import logging
import math
import re

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from posts import images
from posts.models import Site
from sitecore import errors

log = logging.getLogger(__name__)


class CrossSiteMiddleware:
    """Forms of this site only, for people without a session; with one, Django's check comes next.

    Shared pages can hold no token, so browsers are asked where a form came from.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, callback, callback_args, callback_kwargs):
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.method in ("GET", "HEAD"):
            return None
        if came_from_elsewhere(request):
            return errors.csrf_failure(request)
        request.csrf_processing_done = True  # what CsrfViewMiddleware goes by
        return None


def came_from_elsewhere(request) -> bool:
    """Fetch metadata (W3C) and Origin (RFC 6454); a client that sends neither has no session."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site in ("same-origin", "none"):
        return False
    if origin is None:
        return site is not None
    ours = (f"{request.scheme}://{request.get_host()}".lower(), settings.SITE_URL.lower())
    return origin.lower() not in ours


class OutageMiddleware:
    """A database that fails for a while is no error of the code: a page says so, a line is logged.

    Not the exception's own words: they may hold what was typed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, errors.DATABASE_FAILS):
            return None
        kind = type(exception.__cause__ or exception).__name__
        log.error("%s was refused: the database fails (%s)", request.method, kind)
        return errors.unavailable(request)


class VanishedMiddleware:
    """What somebody deletes while it is asked for is not there. No view has to think of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ObjectDoesNotExist):
            return None
        what = type(exception).__qualname__.partition(".")[0]
        log.warning("%s found no %s any more", request.method, what)
        return errors.not_found(request)


def limit_uploads(get_response):
    """Nobody but an author sends files: Django would write those of any size to the disk."""

    def middleware(request):
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return errors.length_required(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        length = int(length) if re.fullmatch(r"[0-9]{1,12}", length) else math.inf
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > most and request.path_info.startswith("/admin/") and request.user.is_staff:
            most += images.BYTES_MOST
        if length > most:
            return errors.bad_request(request, RequestDataTooBig())
        return get_response(request)

    return middleware


def current_site(get_response):
    """`request.site`: read when first needed. Its time zone holds in admin from the start."""

    def middleware(request):
        request.site = SimpleLazyObject(Site.objects.current)
        timezone.deactivate()
        if request.path_info.startswith("/admin/"):
            timezone.activate(request.site.time_zone)
        return get_response(request)

    return middleware
