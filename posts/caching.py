"""Pages that may be shared: they hold nothing about one reader, and say when they changed."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers


def is_shared(request: HttpRequest) -> bool:
    """Whether the answer may be kept for others: the request carries no cookie of ours."""
    return not any(name in request.COOKIES for name in settings.PRIVATE_COOKIES)


def etag(*parts) -> str:
    """A weak validator of a page made from these parts by this version of the code."""
    text = repr((settings.VERSION, bool(settings.AKISMET_API_KEY), parts))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def page(etag: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page that has this validator: the one kept by this process, or a new one.

    A crowd on one post costs one rendering for each change. Large pages are not kept: whoever
    writes the longest comments decides how much memory is used.
    """
    content = caches["pages"].get(etag)
    if content is not None:
        return HttpResponse(content)
    response = render().render()
    if len(response.content) <= settings.PAGE_KEPT_MOST:
        caches["pages"].set(etag, response.content)
    return response


def patch(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say who may keep the answer: everybody, asking each time; or this browser alone."""
    if is_shared(request):
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response
