from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from posts.models import Site
from sitecore import errors


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
    ours = f"{request.scheme}://{request.get_host()}"
    return origin != ours and urlsplit(origin).netloc != urlsplit(settings.SITE_URL).netloc


def current_site(get_response):
    """`request.site`: read when first needed. Its time zone holds in admin from the start."""

    def middleware(request):
        request.site = SimpleLazyObject(Site.objects.current)
        timezone.deactivate()
        if request.path_info.startswith("/admin/"):
            timezone.activate(request.site.time_zone)
        return get_response(request)

    return middleware
