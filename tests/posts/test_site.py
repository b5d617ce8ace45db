import pytest

from posts.models import Site

pytestmark = pytest.mark.django_db


def test_two_who_save_the_site_at_once_make_two_versions():
    site, same = Site.objects.current(), Site.objects.current()
    before = site.version
    site.save()
    same.save()
    assert (site.version, same.version) == (before + 1, before + 2)
