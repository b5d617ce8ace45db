from datetime import timedelta

import pytest
from django.utils import timezone

from comments import history, moderation, queue
from comments.models import Comment, SpamCheck, Submission

pytestmark = pytest.mark.django_db


def told(comment):
    return [entry.text for entry in history.of(comment)]


def check(comment, result, code="", ms=210, ago=0):
    at = timezone.now() - timedelta(minutes=ago)
    return SpamCheck.objects.create(
        comment=comment, result=result, code=code, ms=ms, at=at, text_hash="x"
    )


def row(comment, enabled=True):
    return queue.rows(queue.with_story(Comment.objects.filter(pk=comment.pk)), enabled)[0]


def why(comment, enabled=True):
    Comment.objects.filter(pk=comment.pk).update(check_at=None)
    return row(comment, enabled).reasons


def test_a_history_tells_what_happened_in_order(write, alma):
    comment = write(status="pending")
    check(comment, "ham")
    moderation.move(comment, "approved", alma)
    moderation.edit(comment, "Better said.", alma)
    assert told(comment) == [
        "Received.",
        "Akismet found no spam (0.2 s).",
        "Published by Alma.",
        "Edited by Alma.",
    ]


def test_silences_in_a_row_are_told_once(write):
    comment = write(status="pending")
    for _ in range(3):
        check(comment, "error", "timeout")
    entry = history.of(comment)[-1]
    assert entry.text == "Akismet did not answer within 4 s."
    assert entry.times == 3
    assert entry.until > entry.at


def test_a_history_never_speaks_of_what_it_was_called_inside(write, alma):
    comment = write(status="pending", holds=[{"rule": "honeypot"}])
    for result in SpamCheck.Result.values:
        check(comment, result, "http-503")
    for status in ("spam", "trash", "pending", "approved"):
        moderation.move(comment, status, alma)
    moderation.check_again(comment, alma)
    words = " ".join(told(comment)).lower()
    assert not {"ham", "cleared", "verdict", "stone", "hold", "discard"} & set(words.split())


@pytest.mark.parametrize("code", ["refused", "dns", "tls", "throttled", "http-503", "what-is-this"])
def test_every_fault_has_words(write, code):
    comment = write(status="pending")
    assert history.checked(check(comment, "error", code)).startswith(("Akismet", "No", "The"))


@pytest.mark.parametrize(
    ("hold", "words"),
    [
        ({"rule": "links", "count": 4}, "4 links"),
        ({"rule": "links", "count": 1}, "1 link"),
        ({"rule": "fast"}, "Sent within 3 seconds of opening the form"),
        ({"rule": "honeypot"}, "The hidden field was filled"),
        ({"rule": "staff", "field": "author_name"}, "Uses the name of a member of staff"),
        (
            {"rule": "staff", "field": "author_email"},
            "Uses the e-mail address of a member of staff",
        ),
    ],
)
def test_each_rule_says_why_a_comment_waits(write, hold, words):
    comment = write(status="pending", holds=[hold])
    check(comment, "ham")
    assert why(comment) == [words]


def test_every_rule_that_fired_is_shown(write):
    comment = write(status="pending", holds=[{"rule": "fast"}, {"rule": "links", "count": 5}])
    check(comment, "error", "timeout")
    assert why(comment) == [
        "Sent within 3 seconds of opening the form",
        "5 links",
        "Akismet has not answered",
    ]


def test_without_a_key_that_is_why(write):
    assert why(write(status="pending"), enabled=False) == ["No Akismet key"]


def test_a_hidden_address_is_why(write):
    comment = write(status="pending")
    Submission.objects.filter(comment=comment).update(ip=None, peer="172.18.0.3")
    assert why(comment) == ["Your proxy 172.18.0.3 hides the address of the reader"]


def test_what_a_moderator_put_back_waits_for_that(write, alma):
    comment = write(holds=[{"rule": "fast"}])
    moderation.move(comment, "pending", alma)
    assert why(comment) == ["Put back by Alma"]


@pytest.mark.parametrize(
    ("result", "status", "decision"),
    [
        ("ham", "approved", "Akismet found no spam"),
        ("spam", "spam", "Akismet found spam"),
        ("discard", "spam", "Akismet is certain"),
    ],
)
def test_what_akismet_decided(write, result, status, decision):
    comment = write(status="pending")
    moderation.decide(comment, moderation.spam.Verdict(result))
    assert row(comment).comment.status == status
    assert row(comment).decision == decision


@pytest.mark.parametrize("status", ["approved", "spam", "trash"])
def test_what_a_moderator_decided(write, status):
    assert row(write(status=status)).decision == "by Alma"


def test_whoever_corrects_a_public_comment_answers_for_it(write, alma):
    comment = write(status="pending")
    moderation.decide(comment, moderation.spam.Verdict("ham"))
    moderation.edit(comment, "Corrected", alma)
    assert row(comment).decision == "by Alma"


def test_the_deed_of_somebody_who_left_is_still_told(write, alma):
    comment = write(status="trash")
    alma.delete()
    assert row(comment).decision == "by a moderator"
    assert told(comment)[-1] == "Moved to trash."


def test_an_imported_comment_says_so(write):
    comment = write()
    Comment.objects.filter(pk=comment.pk).update(cleared_by="import")
    assert row(comment).decision == "from the import"


def test_a_record_counts_by_e_mail_address(write):
    write(name="Ann")
    write(name="Ann")
    write(name="Ann", status="spam")
    assert row(write(name="Ann", status="pending")).record == queue.Record(published=2, spam=1)


def test_nobody_without_an_address_has_a_record(write):
    write(author_email="")
    assert row(write(author_email="", status="pending")).record == queue.Record()


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("172.18.0.3", "172.18.0.0/16"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("192.168.7.9", "192.168.7.0/24"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("fd00::5", "fd00::/64"),
        ("::1", "::1/128"),
        ("nonsense", ""),
    ],
)
def test_the_network_around_a_proxy_is_suggested(peer, network):
    assert queue.suggest_proxies(peer) == network
