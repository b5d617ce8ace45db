import pytest

from tests.standin import StandIn


@pytest.fixture
def akismet(settings):
    """The stand-in, with a key: comments are checked, and by it."""
    with StandIn() as standin:
        settings.AKISMET_API_KEY = "valid-key"
        settings.AKISMET_BASE_URL = standin.url
        yield standin
