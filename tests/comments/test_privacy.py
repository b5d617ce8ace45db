"""What is known of a person is kept as long as the page on privacy says, and then is nowhere."""

import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

from comments import moderation, retention, work, writer
from comments.models import Comment, Event, Submission

IPS = ("198.51.100.77", "2001:db8:abcd:1234::77")
NAME, EMAIL, SITE = "Zebedee Quux", "zebedee.quux@nowhere.example", "https://zebedee.example/quux"
BODY, AGENT, CAME_FROM = "Xylophones are loud.", "Marked-Agent/7.7", "https://from.example/marked"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
TEXTS = (NAME, EMAIL, SITE, BODY, AGENT, CAME_FROM, *IPS, "2001:db8:abcd")


@pytest.fixture
def say(client, form, post):
    """A marked person writes."""

    def say(text="", ip=IPS[0], **fields):
        person = {"author_name": NAME, "author_email": EMAIL, "author_url": SITE}
        sent = form(f"{BODY} {text}", **(person | fields))
        headers = {"User-Agent": AGENT, "Referer": CAME_FROM}
        path = f"{post.get_absolute_url()}comments/"
        assert client.post(path, sent, headers=headers, REMOTE_ADDR=ip).status_code == 303
        Submission.objects.update(created_at=F("created_at") - timedelta(minutes=1))
        return Comment.objects.latest("pk")

    return say


@pytest.fixture
def lives(say, write, alma, akismet, settings):
    """Comments of all fates: published, answered, held, spam, trash, edited, mailed, unchecked."""

    def lives():
        settings.MODERATORS_EMAIL = ["alma@example.org"]
        for n, ip in enumerate(IPS):
            moderation.edit(say(f"{n} to be edited", ip), f"{BODY} edited", alma)
            answered = say(f"{n} answered", ip)
            say(f"{n} reply", ip, parent=answered.pk)
            write("Ann's own reply", name="Ann", parent=answered)
            moderation.move(say(f"{n} to be trash", ip), "trash", alma)
            say(f"{n} spamspam", ip)
            say(f"{n} [held](https://a.b) [c](https://c.d) [e](https://e.f)", ip)
            akismet.next("503")
            say(f"{n} unchecked", ip)
        while work.run_once():
            pass

    return lives


@pytest.fixture
def erase(client, alma):
    """All that the marked person wrote is put aside, and the times of keeping pass."""

    def erase():
        client.force_login(alma)
        for comment in Comment.objects.filter(author_name=NAME):
            moderation.move(comment, "trash", alma)
        assert client.get("/admin/comments/comment/?tab=spam").status_code == 200
        with time_machine.travel(timezone.now() + timedelta(days=31)):
            while work.run_once():
                pass

    return erase


def files() -> list[bytes]:
    """The database as it lies on the disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            name = connection.settings_dict["NAME"]
            return [f.read_bytes() for f in Path(name).parent.glob(f"{Path(name).name}*")]
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        # pg_wal is the server's journal of all changes, and recycled by it.
        return [f.read_bytes() for f in (data / "base" / str(cursor.fetchone()[0])).iterdir()]


def traces() -> set[str]:
    """Which of the marks are found in the files."""
    needles = {(text, text.encode(code)) for text in TEXTS for code in ENCODINGS}
    needles |= {(ip, b"\2\40"[: 2 * (":" not in ip)] + ip_address(ip).packed) for ip in IPS}
    lying = files()
    return {text for text, needle in needles if any(needle in content for content in lying)}


@pytest.mark.django_db(transaction=True)
def test_what_was_erased_is_nowhere_in_the_files_of_the_database(lives, erase):
    lives()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # statistics hold samples
    assert traces() == set(TEXTS)
    erase()
    assert Submission.objects.count() == 0
    call_command("retention", compact=True, verbosity=0)
    assert traces() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL: by VACUUM FULL alone")
def test_sqlite_overwrites_what_is_erased_at_once(lives, erase):
    lives()
    erase()
    assert traces() == set()


@pytest.mark.django_db(transaction=True)
def test_the_address_goes_and_the_comment_stays(lives):
    lives()
    with time_machine.travel(timezone.now() + retention.SUBMISSIONS + timedelta(hours=1)):
        work.run_once()
    call_command("retention", compact=True, verbosity=0)
    found = traces()
    assert {NAME, EMAIL, SITE} <= found
    assert not found & {*IPS, AGENT, CAME_FROM, "2001:db8:abcd"}


@pytest.mark.django_db
def test_what_is_noted_of_a_comment_names_nobody(lives, client, alma):
    client.force_login(alma)
    lives()
    for comment in Comment.objects.all():
        client.post("/admin/comments/comment/act/", {"one": f"spam {comment.pk}"})
    noted = f"{list(Event.objects.values())}{list(LogEntry.objects.values())}{dict(client.session)}"
    noted += str(vars(cache).get("_cache", ""))
    assert Event.objects.filter(verb="spam").exists()
    assert not [text for text in TEXTS if text in noted]


@pytest.mark.django_db
def test_a_mail_says_nothing_of_how_the_comment_came(lives):
    lives()
    sent = "".join(str(m.message()) for m in mail.outbox)
    assert NAME in sent
    assert not [text for text in (EMAIL, AGENT, CAME_FROM, *IPS) if text in sent]


@pytest.mark.django_db
def test_two_workers_delete_the_same_without_harm(write, monkeypatch):
    comment = write(status="trash")
    purge = moderation.purge

    def late(found):
        purge(found)
        purge(found)

    monkeypatch.setattr(moderation, "purge", late)
    assert retention.run(timezone.now() + timedelta(days=31))
    assert not Comment.objects.filter(pk=comment.pk).exists()


@pytest.mark.django_db
def test_the_page_on_privacy_says_what_the_code_does(client, post):
    said = re.sub(r"<[^>]+>|\s+", " ", client.get("/privacy/").content.decode())
    assert f"deleted after {retention.SUBMISSIONS.days} days" in said
    assert f"{retention.SPAM.days} days after" in said
    assert retention.SPAM == retention.TRASH
    assert "for a year" in said
    assert writer.COOKIE_AGE == 365 * 24 * 60 * 60


def test_the_documents_say_what_the_code_does():
    docs = Path(__file__).parents[2] / "docs" / "moderation.md"
    said = dict(re.findall(r"^\| ([^|]+) \| (\d+) days", docs.read_text(), re.M))
    assert said == {
        "IP address, browser and referring page of a comment": str(retention.SUBMISSIONS.days),
        "spam": str(retention.SPAM.days),
        "trash": str(retention.TRASH.days),
        "notices that were mailed": str(retention.NOTICES.days),
    }
