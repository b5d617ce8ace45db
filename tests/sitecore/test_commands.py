import pytest
from django.core.management import CommandError, call_command

from comments.models import Comment, SpamCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(capsys):
    """What a command prints."""

    def say(*args):
        call_command(*args)
        return capsys.readouterr().out

    return say


def test_welcome_prints_a_link_that_works(say, client):
    link = say("welcome").strip()
    assert link.startswith("http://localhost:8000/welcome/")
    assert client.get(link.removeprefix("http://localhost:8000")).status_code == 200


def test_welcome_says_afterwards_how_to_get_a_password(say, alma):
    assert "manage.py changepassword alma" in say("welcome")


def test_akismet_verifies_the_key_without_printing_it(say, akismet, settings):
    settings.AKISMET_API_KEY = "s3cret-key"
    said = say("akismet", "verify")
    assert said == "Akismet knows this key.\n"


@pytest.mark.parametrize(
    ("key", "fault", "words"),
    [("invalid", "ham", "does not know"), ("s3cret-key", "503", "could not be reached")],
)
def test_akismet_fails_with_a_key_that_is_not_verified(akismet, settings, key, fault, words):
    settings.AKISMET_API_KEY = key
    if fault != "ham":
        akismet.next(fault)
    with pytest.raises(CommandError, match=words) as failed:
        call_command("akismet", "verify")
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("act", ["verify", "recheck"])
def test_akismet_without_a_key_says_where_to_enter_one(settings, act):
    settings.AKISMET_API_KEY = ""
    with pytest.raises(CommandError, match="Enter one in admin"):
        call_command("akismet", act)


def test_recheck_makes_due_what_a_fault_holds(say, write, akismet, settings):
    settings.AKISMET_API_KEY = "good-key"
    held, answered = write(status="pending"), write(status="pending", name="Ann")
    Comment.objects.update(check_at=None)
    for comment, result in ((held, "error"), (answered, "ham")):
        SpamCheck.objects.create(comment=comment, ms=1, result=result, text_hash="")
    assert "Due for a check now: 1." in say("akismet", "recheck")
    assert Comment.objects.filter(check_at__isnull=False).get() == held
