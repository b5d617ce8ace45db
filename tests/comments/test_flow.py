"""A comment's way from the form to the thread, with the check over real HTTP."""

import time

import pytest
from django.test import Client

from comments import limits, moderation, spam, tokens, work
from comments.models import Comment, Event, SpamCheck, Submission

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"


def sent(client, form, *args, **headers):
    return client.post(POST, form, *args, headers=headers)


def only():
    return Comment.objects.get()


@pytest.fixture
def send(client, post, form):
    def send(body="Well said.", *, headers=None, remote_addr="203.0.113.7", **fields):
        return client.post(
            POST, form(body, **fields), headers=headers or {}, REMOTE_ADDR=remote_addr
        )

    return send


def test_ham_is_public_at_once(akismet, send, client):
    response = send()
    assert response.status_code == 303
    assert response.url == f"/posts/on-answering/?v=1#comment-{only().pk}"
    assert "Well said." in client.get(response.url).content.decode()


def test_spam_is_never_public(akismet, send, client):
    send("spamspam")
    assert only().status == "spam"
    assert "spamspam" not in client.get("/posts/on-answering/").content.decode()


def test_spam_and_a_held_comment_are_answered_alike(akismet, send, client):
    spam_page = client.get(send("spamspam").url)
    Comment.objects.all().delete()
    akismet.always("503")
    held_page = client.get(send("Held").url)
    told = [page.content.decode().split("Only you")[1][:120] for page in (spam_page, held_page)]
    assert told[0] == told[1]
    assert spam_page.headers.keys() == held_page.headers.keys()


def test_a_comment_is_stored_before_the_check(akismet, send, monkeypatch):
    def dies(comment, reason=""):
        raise KeyboardInterrupt

    monkeypatch.setattr(spam, "check", dies)
    with pytest.raises(KeyboardInterrupt):
        send()
    assert only().status == "pending"


@pytest.mark.parametrize(
    ("fault", "status", "result", "code"),
    [
        ("ham", "approved", "ham", ""),
        ("recheck", "pending", "provisional", ""),
        ("alert", "approved", "ham", ""),
        ("error", "pending", "error", "akismet-error"),
        ("spam", "spam", "spam", ""),
        ("discard", "spam", "discard", ""),
        ("invalid", "pending", "error", "invalid-key"),
        ("204", "pending", "error", "http-204"),
        ("302", "pending", "error", "redirect"),
        ("403", "pending", "error", "http-403"),
        ("429", "pending", "error", "throttled"),
        ("503", "pending", "error", "http-503"),
        ("reset", "pending", "error", "reset"),
        ("garbage", "pending", "error", "garbage"),
        ("upper", "pending", "error", "garbage"),
        ("empty", "pending", "error", "garbage"),
    ],
)
def test_every_answer_is_decided_by_the_table(akismet, send, fault, status, result, code):
    akismet.next(fault)
    send()
    check = SpamCheck.objects.get()
    assert (only().status, check.result, check.code) == (status, result, code)
    assert (only().check_at is not None) == (status == "pending")


def test_when_a_fault_ends_the_worker_publishes_what_was_held(akismet, send):
    akismet.always("503")
    send()
    akismet.clear()
    Comment.objects.update(check_at=only().created_at)
    work.run_once()
    assert only().status == "approved"
    assert [check["comment_content"] for check in akismet.checks] == ["Well said."] * 2


def test_without_a_key_a_comment_waits_for_a_person(send):
    send()
    assert only().status == "pending"
    assert not SpamCheck.objects.exists()


def test_the_same_form_sent_twice_is_one_comment(akismet, client, post, form):
    fields = form()
    first = client.post(POST, fields)
    second = client.post(POST, fields)
    assert first.status_code == 303
    assert second.status_code in (303, 409)
    assert Comment.objects.count() == 1


def test_a_form_sent_twice_at_once_is_no_repeat(akismet, client, post, form, monkeypatch):
    real, sent, first = limits.repeat_of, form(), []

    def after_the_other(*args):
        if not first:
            first.append(None)
            first[0] = Client().post(POST, sent)
        return real(*args)

    monkeypatch.setattr(limits, "repeat_of", after_the_other)
    assert client.post(POST, sent).status_code == first[0].status_code == 303
    assert only().body == "Well said."


def test_two_readers_of_the_same_cached_page_both_comment(akismet, client, post, form):
    page = form()
    client.post(POST, page | {"author_name": "Ann", "body": "From Ann"})
    client.post(POST, page | {"author_name": "Bo", "body": "From Bo"})
    assert {c.body for c in Comment.objects.approved()} == {"From Ann", "From Bo"}


def test_a_filled_hidden_field_only_holds(akismet, send):
    send(subject="Buy this")
    assert only().status == "pending"
    assert only().check_at is None
    assert only().events.get(verb="held").data == {"rule": "honeypot"}


def test_a_form_sent_in_a_second_only_holds(akismet, send):
    send(token=tokens.issue())
    assert only().events.get(verb="held").data == {"rule": "fast"}


def test_a_form_from_before_the_clock_was_set_back_is_not_held(akismet, send):
    send(token=tokens.issue(at=time.time() + 3600))
    assert only().status == "approved"


@pytest.mark.parametrize(("links", "status"), [(2, "approved"), (3, "pending")])
def test_three_links_hold_a_comment(akismet, send, links, status):
    send("See " + " and ".join(f"https://example.org/{n}" for n in range(links)))
    assert only().status == status


@pytest.mark.parametrize("name", ["alma", "ÁLMA", "\u0410lm\u0430", "A l m a", "AIma"])
def test_the_name_of_a_member_of_staff_holds_a_comment(akismet, send, name):
    send(author_name=name)
    assert only().status == "pending"
    assert only().events.get().data == {"rule": "staff", "field": "author_name"}


def test_a_held_comment_that_is_spam_is_spam(akismet, send):
    send("spamspam", subject="x")
    assert only().status == "spam"


def test_the_same_words_again_are_answered_with_a_link(akismet, send):
    send()
    Submission.objects.update(created_at=only().created_at - limits.SAME_PERSON)
    response = send()
    assert response.status_code == 409
    assert "We have this comment already" in response.content.decode()
    assert Comment.objects.count() == 1


def test_other_words_by_the_same_person_at_once_are_a_flood(akismet, send):
    send("One")
    response = send("Two")
    assert response.status_code == 429
    assert "Two" in response.content.decode()


def test_thirty_comments_from_an_address_in_five_minutes_are_the_most(akismet, write, send):
    for n in range(30):
        write(str(n), name=f"N{n}")
    assert send("One more").status_code == 429
    assert send("From elsewhere", remote_addr="203.0.113.8").status_code == 303


def test_a_reply_needs_a_public_parent_of_the_same_post(akismet, write, send):
    parent = write("spam?", status="pending")
    response = send("A reply", parent=parent.pk)
    assert response.status_code == 422
    assert "A reply" in response.content.decode()


def test_a_stale_form_keeps_what_was_typed(send):
    response = send("My long text", token="forged")
    assert response.status_code == 422
    page = response.content.decode()
    assert "My long text" in page
    assert "forged" not in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("body", "  \n ", "Write something first."),
        ("body", "x" * 10_001, "10000 are the most"),
        ("author_name", " \x00 ", "Any name will do"),
        ("author_email", "not an address", "This is not an e-mail address"),
        ("author_url", "javascript:alert(1)", "Give a web address"),
    ],
)
def test_a_bad_input_is_named_and_nothing_is_lost(send, field, value, told):
    response = send(**{"body": "My text", field: value})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert field == "body" or "My text" in response.content.decode()


def test_a_closed_post_takes_no_comment_and_shows_the_text_back(send, post):
    post.comments_open = False
    post.save()
    response = send("Too late")
    assert response.status_code == 403
    assert "Too late" in response.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"origin": "http://testserver"}, 303),
        ({}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_only_forms_of_this_site_are_taken(akismet, send, headers, status):
    response = send("My text", headers=headers)
    assert response.status_code == status
    assert Comment.objects.exists() == (status == 303)


def test_a_form_from_elsewhere_is_shown_again_with_its_text(send):
    response = send("My text", headers={"sec-fetch-site": "cross-site"})
    assert "My text" in response.content.decode()


def test_a_session_without_a_token_is_refused_and_the_text_kept(alma, post, form):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alma)
    response = client.post(POST, form("My text"))
    assert response.status_code == 403
    assert "My text" in response.content.decode()


def test_an_anonymous_reader_gets_no_cookie(akismet, client, post, send):
    client.get("/")
    client.get("/posts/on-answering/")
    send()
    assert not client.cookies


def test_a_writer_is_remembered_only_when_they_say_so(akismet, client, send):
    send(remember="on")
    assert 'value="Bo"' in client.get("/posts/on-answering/").content.decode()
    assert client.cookies["writer"]["httponly"]


def test_a_moderator_gives_no_name_and_is_cleared_by_it_when_the_check_fails(
    akismet, client, alma, post, form
):
    akismet.always("503")
    client.force_login(alma)
    client.post(POST, form("From the author"))
    assert (only().author, only().author_name, only().cleared_by) == (alma, "Alma", "moderator")
    assert only().events.get(verb="approved").actor == alma


def test_akismet_is_told_of_staff_by_the_session_only(akismet, client, alma, form, send):
    send(user_role="administrator")
    client.force_login(alma)
    client.post(POST, form("Hello"))
    assert [check.get("user_role") for check in akismet.checks] == [None, "administrator"]


def test_a_late_answer_changes_nothing_and_is_noted(akismet, write, alma):
    comment = write(status="pending")
    verdict = spam.check(comment)
    moderation.edit(Comment.objects.get(pk=comment.pk), "Other words", alma)
    moderation.decide(comment, verdict)
    assert only().status == "pending"
    assert Event.objects.filter(verb="late").exists()


@pytest.mark.parametrize("status", ["spam", "trash", "approved"])
def test_a_late_answer_does_not_overrule_a_moderator(akismet, write, alma, status):
    comment = write(status="pending")
    verdict = spam.check(comment)
    moderation.move(Comment.objects.get(pk=comment.pk), status, alma)
    moderation.decide(comment, verdict)
    assert (only().status, only().cleared_by == "moderator") == (status, status == "approved")


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_what_is_not_public_can_not_be_answered(client, write, status):
    comment = write(status=status)
    assert client.get(f"/comments/{comment.pk}/reply/").status_code == 404


def test_the_status_page_of_a_pending_comment_opens_with_its_signature_only(send, client):
    response = send("Held")
    assert client.get(response.url).status_code == 200
    pk = only().pk
    assert client.get(f"/comments/{pk}/status/{'0' * 32}/").status_code == 404


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_an_id_that_was_never_public_is_like_one_that_never_was(client, write, status):
    comment = write(status="pending")
    Comment.objects.update(status=status)
    hidden = client.get(f"/comments/{comment.pk}/")
    absent = client.get("/comments/999999/")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert hidden.status_code == 404


def test_the_same_form_sent_again_later_leads_to_the_same_comment(akismet, client, post, form):
    fields = form()
    places = [client.post(POST, fields).url for _ in range(2)]
    assert places[0] == places[1]


def test_the_signed_address_of_a_comment_is_not_sent_to_akismet(akismet, send):
    send(headers={"referer": "http://testserver/comments/1/status/0123456789/"})
    assert akismet.checks[0]["referrer"] == "http://localhost:8000/posts/on-answering/"


@pytest.mark.parametrize(
    "name", ["\u200b", "\u3164\u3164", "\u00ad", "\u202e", "\u0301", "\U000e0041"]
)
def test_a_name_that_can_not_be_seen_is_none(send, name):
    assert send(author_name=name).status_code == 422


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("example.org/~bo", "https://example.org/~bo"),
        ("http://example.org", "http://example.org"),
        ("::", None),
        ("https://", None),
        ("https://a.example/ b", None),
        ("ftp://example.org", None),
    ],
)
def test_a_web_address_is_one(akismet, send, typed, taken):
    assert (send(author_url=typed).status_code == 303) == bool(taken)
    assert taken is None or only().author_url == taken


def test_a_parent_that_vanishes_at_that_moment_loses_nothing(akismet, send, monkeypatch):
    def receive(*args):
        raise moderation.ParentIsGone

    monkeypatch.setattr(moderation, "receive", receive)
    response = send("My words")
    assert response.status_code == 422
    assert "My words" in response.content.decode()


@pytest.mark.parametrize("parent", ["9" * 5000, "99999999999999999999", "x", "\u0661", "-1"])
def test_a_parent_that_is_no_comment_is_refused_in_words(send, parent):
    response = send("My words", parent=parent)
    assert response.status_code == 422
    assert "My words" in response.content.decode()


def test_a_slow_akismet_holds_the_comment_within_its_deadline(akismet, send, settings):
    settings.AKISMET_TIMEOUT = 0.3
    akismet.always("drip")
    began = time.monotonic()
    send()
    assert time.monotonic() - began < 2
    assert only().status == "pending"
