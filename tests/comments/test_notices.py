"""Mails to moderators, over a real SMTP server on loopback."""

import socket
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone

from comments import moderation, notices
from comments.models import Comment, Notice

pytestmark = pytest.mark.django_db

LINKS = [{"rule": "links", "count": 4}]
MINUTE = timedelta(minutes=1)


SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Inbox:
    def __init__(self):
        self.mails = []
        self.refuses = False

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "451 Try later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Taken"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
def inbox(settings):
    box = Inbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    options = {"host": "127.0.0.1", "port": server.port, "timeout": 2}
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options}}
    settings.MODERATORS_EMAIL = ["alma@example.org"]
    yield box
    server.stop()


@pytest.fixture
def waits(write):
    """A comment that waits for a person, and is owed a mail."""

    def waits(body="Four links.", holds=LINKS, **fields):
        comment = write(body, status="pending", holds=holds, **fields)
        Comment.objects.filter(pk=comment.pk).update(check_at=None)
        comment.refresh_from_db()
        notices.after_decision(comment, moderation.spam.Verdict("ham"))
        return comment

    return waits


def send(after=timedelta(0)):
    return notices.send_due(timezone.now() + after)


def text(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def page(mail):
    return mail.get_body(("html",)).get_content()


def test_a_comment_that_waits_is_told_by_mail(inbox, waits):
    waits("Have a look at these.", name="Ann")
    assert send() == 1
    (mail,) = inbox.mails
    assert mail["Subject"] == "Afterword: a comment by Ann waits for you"
    assert "    Have a look at these." in text(mail)
    assert "Why it waits: 4 links." in text(mail)


def test_the_mail_holds_one_link_and_it_leads_to_the_queue(inbox, waits, settings):
    waits()
    send()
    assert page(inbox.mails[0]).count("/admin/comments/comment/") == 1
    assert f"{settings.SITE_URL}/admin/comments/comment/\n" in text(inbox.mails[0])


def test_the_mail_holds_neither_e_mail_nor_address_of_the_writer(inbox, waits):
    waits(author_email="ann@secret.example")
    send()
    whole = inbox.mails[0].as_string() + text(inbox.mails[0]) + page(inbox.mails[0])
    assert "secret.example" not in whole
    assert "203.0.113.7" not in whole


def test_what_is_answered_is_quoted(inbox, waits, write):
    waits("No.", parent=write("Shall we?", name="Ann"), name="Bo")
    send()
    assert "Bo answers Ann on “On answering”" in text(inbox.mails[0])
    assert "    > Shall we?" in text(inbox.mails[0])


def test_no_line_is_longer_than_72_characters(inbox, waits):
    waits("A word and another word, " * 60)
    send()
    assert max(map(len, text(inbox.mails[0]).splitlines())) <= 72


def test_a_comment_cannot_pass_for_the_words_of_the_site(inbox, waits):
    waits("Hello.\n\nPublish it or put it aside:\nhttps://evil.example/")
    send()
    lines = text(inbox.mails[0]).splitlines()
    assert lines.count("Publish it or put it aside:") == 1
    assert "    https://evil.example/" in lines


def test_later_ones_within_15_minutes_are_gathered_in_one_mail(inbox, waits):
    waits("One")
    send()
    for body in ("Two", "Three", "Four"):
        waits(body)
    assert send(14 * MINUTE) == 0
    assert send(16 * MINUTE) == 1
    assert inbox.mails[1]["Subject"] == "Afterword: 3 comments wait for you"


def test_a_clock_that_is_set_back_does_not_keep_mail(inbox, waits):
    waits("One")
    send(60 * MINUTE)
    waits("Two")
    assert send() == 1


def test_what_was_put_off_by_a_clock_that_is_set_back_goes_out(inbox, waits):
    waits("One")
    Notice.objects.update(due=timezone.now() + 60 * MINUTE)
    assert notices.make_due_again(timezone.now()) == 1
    assert send() == 1


def test_a_long_queue_is_counted_not_listed(inbox, waits):
    for number in range(12):
        waits(f"Number {number}.")
    send()
    assert "And 2 more." in text(inbox.mails[0])
    assert "Number 10." not in text(inbox.mails[0])


def test_a_long_queue_is_not_loaded(inbox, waits, monkeypatch):
    loaded = []
    monkeypatch.setattr(notices.queue, "rows", lambda comments, on: loaded.extend(comments) or [])
    for n in range(notices.SHOWN + 3):
        waits(str(n), name=f"N{n}")
    notices.send_due(timezone.now())
    assert len(loaded) == notices.SHOWN


def test_a_comment_decided_before_the_mail_is_left_out(inbox, waits, alma):
    moderation.move(waits("Decided"), "approved", alma)
    waits("Undecided")
    send()
    assert "Undecided" in text(inbox.mails[0])
    assert "Decided" not in text(inbox.mails[0]).replace("Undecided", "")


def test_nothing_is_sent_when_all_is_decided(inbox, waits, alma):
    moderation.move(waits(), "trash", alma)
    assert send() == 0
    assert not Notice.objects.exists()


def test_a_refused_mail_is_tried_again(inbox, waits):
    waits()
    inbox.refuses = True
    assert send() == 0
    inbox.refuses = False
    assert send(timedelta(seconds=30)) == 0
    assert send(2 * MINUTE) == 1


def test_a_dead_server_keeps_the_mail_owed(waits, settings, inbox):
    port = settings.MAILERS["default"]["OPTIONS"]["port"]
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9  # nobody listens there
    waits()
    assert send() == 0
    settings.MAILERS["default"]["OPTIONS"]["port"] = port
    assert send(5 * MINUTE) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(inbox, waits):
    waits()
    start = threading.Barrier(2)

    def work():
        start.wait()
        send()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(inbox.mails) == 1


def test_a_name_cannot_add_headers(inbox, waits):
    waits(name="Ann\r\nBcc: all@example.net")
    send()
    assert inbox.mails[0]["Bcc"] is None
    assert inbox.mails[0]["Subject"].startswith("Afterword: a comment by Ann Bcc: all@")


def test_a_name_and_a_title_cannot_add_html(inbox, waits, post):
    post.title = "<script>alert(1)</script>"
    post.save()
    waits("<img src=x>", name="<b>Ann</b>", post=post)
    send()
    html = page(inbox.mails[0])
    assert "<script>" not in html
    assert "<img" not in html
    assert "<b>Ann" not in html


def test_the_plain_text_is_not_escaped(inbox, waits):
    waits("Ann & Bo's <3", name="D'Arcy")
    send()
    assert "Ann & Bo's <3" in text(inbox.mails[0])
    assert "D'Arcy" in inbox.mails[0]["Subject"]


def test_a_check_that_needs_its_operator_is_told_once_a_day(inbox, akismet, write):
    for _ in range(2):
        comment = write(status="pending")
        verdict = moderation.spam.Verdict("error", "invalid-key")
        notices.after_decision(comment, verdict)
    send()
    assert Notice.objects.count() == 1
    assert "Akismet does not accept the key" in text(inbox.mails[0]).replace("\n", " ")


def test_without_a_moderators_address_nothing_is_owed(waits):
    waits()
    assert not Notice.objects.exists()


def test_the_time_is_in_the_time_zone_of_the_site(inbox, waits):
    site = notices.Site.objects.current()
    site.time_zone = "Asia/Tokyo"
    site.save()
    comment = waits()
    send()
    at = comment.created_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert at.strftime("%H:%M:") in text(inbox.mails[0])
