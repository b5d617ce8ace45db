from django.conf import settings
from django.http import HttpResponse

ADVICE = """\
This site answers at {url}, but the proxy in front of it does not say
that the reader's connection is encrypted.

For whoever runs this site: your proxy must send X-Forwarded-Proto.
  nginx     proxy_set_header X-Forwarded-Proto $scheme;
  Apache    RequestHeader set X-Forwarded-Proto https
  Caddy     sends it by itself
"""


def middleware(get_response):
    """Behind a proxy that hides the scheme every page would redirect to itself, for ever."""

    def proxy(request):
        proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        if settings.SITE_IS_SECURE and proxied and "X-Forwarded-Proto" not in request.headers:
            page = ADVICE.format(url=settings.SITE_URL)
            return HttpResponse(page, status=400, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return proxy
