from django.conf import settings
from django.utils import timezone


def site(request):
    """The site's row for every template; its time zone holds from here on."""
    timezone.activate(request.site.time_zone)
    return {"site": request.site, "site_url": settings.SITE_URL}
