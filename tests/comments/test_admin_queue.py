"""The queue in admin: its tabs, its rows, and what is done to many at once."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import moderation, queue, work
from comments.models import Comment, Discussion, Event, SpamCheck, Submission

pytestmark = pytest.mark.django_db

QUEUE = "/admin/comments/comment/"
ACT = "/admin/comments/comment/act/"


@pytest.fixture
def desk(client, alma, post):
    client.force_login(alma)
    return client


@pytest.fixture
def waits(write):
    def waits(body="Waits", due=None, **fields):
        comment = write(body, status="pending", **fields)
        Comment.objects.filter(pk=comment.pk).update(check_at=due)
        return comment

    return waits


def rows(desk, tab=""):
    return [row.comment.body for row, acts in desk.get(QUEUE, {"tab": tab}).context["cl"].rows]


def counts(desk):
    return {tab.name: count for tab, count, *_ in desk.get(QUEUE).context["cl"].tabs()}


def act(desk, name, *comments, **form):
    form |= {"act": name, "comment": [c.pk for c in comments]}
    return desk.post(ACT, form, follow=True)


def status(comment):
    return Comment.objects.get(pk=comment.pk).status


def test_comments_stand_in_the_tab_of_their_status(desk, akismet, waits, write):
    waits("Waits")
    waits("Is checked", due=timezone.now())
    for name in ("approved", "spam", "trash"):
        write(name, status=name)
    assert [rows(desk, tab) for tab in ("", "checking", "published", "spam", "trash")] == [
        ["Waits"],
        ["Is checked"],
        ["approved"],
        ["spam"],
        ["trash"],
    ]
    assert set(counts(desk).values()) == {1}


def test_without_a_key_everything_pending_waits_for_a_person(desk, waits):
    waits("One")
    waits("Two", due=timezone.now())
    assert rows(desk) == ["One", "Two"]
    assert counts(desk)["Being checked"] == 0


def test_the_oldest_waits_first_and_the_newest_is_published_first(desk, waits, write):
    for body in ("old", "new"):
        waits(body)
        write(body)
    assert rows(desk) == ["old", "new"]
    assert rows(desk, "published") == ["new", "old"]


def test_a_comment_being_checked_says_when_it_is_tried_again(desk, akismet, waits):
    comment = waits(due=timezone.now())
    page = desk.get(QUEUE, {"tab": "checking"}).text
    at = Comment.objects.get(pk=comment.pk).check_at
    assert f"Tries again {at:%H:%M}; nothing to do" in page


def test_a_row_tells_who_wrote_what_and_why_it_waits(desk, akismet, waits, write):
    write("Before", name="Ann")
    ann = waits("<b>Four</b> links", name="Ann", parent=write("Root", name="Bo"))
    Event.objects.create(comment=ann, verb="held", data={"rule": "links", "count": 4})
    page = desk.get(QUEUE).text
    for words in ("ann@example.net", "203.0.113.7", "1 published", "4 links", "On answering"):
        assert words in page
    assert "&lt;b&gt;Four&lt;/b&gt; links" in page
    assert 'To <b dir="auto">Bo</b> on' in page


def test_a_page_of_fifty_takes_no_more_queries_than_one_of_five(desk, waits):
    def fill(count):
        for number in range(count):
            comment = waits(f"{number}", name=f"P{number}", holds=[{"rule": "fast"}])
            SpamCheck.objects.create(comment=comment, ms=1, result="ham", text_hash="x")

    fill(5)
    five = queries(desk)
    fill(45)
    assert queries(desk) == five
    assert len(rows(desk)) == 50


def queries(desk):
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as found:
        desk.get(QUEUE)
    return len(found)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a small table is scanned")
@pytest.mark.parametrize("tab", queue.TABS, ids=lambda tab: tab.name)
def test_a_page_of_the_queue_is_read_by_its_index(db, tab):
    page = queue.with_story(queue.in_tab(tab, enabled=True)).order_by("-pk")[:50]
    plan = page.explain()
    assert "comment_queue (status=?)" in plan or "comment_due" in plan
    assert "SCAN comments_comment" not in plan


def test_a_long_queue_has_pages(desk, waits):
    for number in range(51):
        waits(f"{number}")
    assert len(rows(desk)) == 50
    assert [r.comment.body for r, _ in desk.get(QUEUE, {"p": 2}).context["cl"].rows] == ["50"]


@pytest.mark.parametrize("words", ["Ann", "ann@example.net", "needle", "203.0.113.9", "Ann needle"])
def test_search_finds_by_name_address_text_and_ip(desk, waits, words):
    ann = waits("A needle in a haystack", name="Ann")
    Submission.objects.filter(comment=ann).update(ip="203.0.113.9")
    waits("Something else")
    found = desk.get(QUEUE, {"q": words}).context["cl"].rows
    assert [row.comment.pk for row, _ in found] == [ann.pk]


def test_a_search_can_go_everywhere(desk, write):
    write("needle", status="spam")
    assert not desk.get(QUEUE, {"q": "needle"}).context["cl"].rows
    page = desk.get(QUEUE, {"q": "needle", "tab": "all"})
    assert len(page.context["cl"].rows) == 1
    assert "Everywhere" in page.text


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("publish", "pending", "approved"),
        ("spam", "approved", "spam"),
        ("trash", "pending", "trash"),
        ("not_spam", "spam", "approved"),
        ("wait", "approved", "pending"),
    ],
)
def test_an_act_moves_every_comment_that_is_ticked(desk, write, name, before, after):
    ticked = [write(f"{n}", status=before) for n in range(2)]
    other = write("other", status=before)
    page = act(desk, name, *ticked).text
    assert "2 comments " in page
    assert [status(c) for c in ticked] == [after, after]
    assert status(other) == before


def test_an_act_is_noted_with_its_doer(desk, waits, alma):
    comment = waits()
    act(desk, "publish", comment)
    assert comment.events.get(verb="approved").actor == alma


def test_a_rows_button_means_that_row_alone(desk, waits):
    ticked, meant = waits("ticked"), waits("meant")
    desk.post(ACT, {"one": f"spam {meant.pk}", "comment": [ticked.pk]})
    assert (status(ticked), status(meant)) == ("pending", "spam")


@pytest.mark.parametrize("before", ["approved", "spam", "pending"])
def test_restore_leads_to_where_a_comment_was_before(desk, write, alma, before):
    comment = write(status=before)
    moderation.move(comment, "trash", alma)
    act(desk, "restore", comment)
    assert status(comment) == before


def test_check_again_hands_a_comment_to_the_worker(desk, akismet, waits):
    comment = waits()
    act(desk, "check_again", comment)
    assert Comment.objects.due_for_check(timezone.now()).get().pk == comment.pk
    assert comment.events.get().verb == "again"


def test_akismet_is_told_that_a_moderator_asks_again(desk, akismet, waits):
    comment = waits()
    SpamCheck.objects.create(comment=comment, ms=1, result="error", code="timeout", text_hash="x")
    act(desk, "check_again", comment)
    work.check_due(timezone.now())
    assert akismet.checks[-1]["recheck_reason"] == "recheck_queue"


def test_what_is_decided_is_not_checked_again(desk, akismet, write):
    comment = write()
    assert "Nothing has changed" in act(desk, "check_again", comment).text
    assert Comment.objects.get(pk=comment.pk).check_at is None


def test_without_a_key_nothing_offers_a_check(desk, waits):
    waits()
    assert "Check again" not in desk.get(QUEUE).text


def test_deleting_for_good_asks_first(desk, write):
    comment = write(status="trash")
    assert "This cannot be undone." in act(desk, "purge", comment).text
    assert Comment.objects.filter(pk=comment.pk).exists()
    assert "1 comment deleted for good." in act(desk, "purge", comment, sure="yes").text
    assert not Comment.objects.filter(pk=comment.pk).exists()


def test_what_was_restored_meanwhile_is_not_deleted(desk, write):
    comment = write()
    act(desk, "purge", comment, sure="yes")
    assert status(comment) == "approved"


def test_an_emptied_comment_leaves_the_trash(desk, write, alma):
    root = write("Root")
    write("Reply", parent=root)
    moderation.move(root, "trash", alma)
    act(desk, "purge", root, sure="yes")
    assert rows(desk, "trash") == []


def test_nothing_ticked_is_said(desk):
    page = desk.post(ACT, {"act": "publish"}, follow=True).text
    assert "Tick the comments you mean first." in page


@pytest.mark.parametrize(
    "form",
    [{"act": "explode", "comment": "1"}, {"act": "publish", "comment": "x"}, {"one": "spam 1e9"}],
)
def test_nonsense_changes_nothing(desk, write, form):
    write()
    assert desk.post(ACT, form).status_code in (302, 404)
    assert set(Comment.objects.values_list("status", flat=True)) == {"approved"}


def test_an_act_leads_back_to_where_it_was_asked_for(desk, waits):
    form = {"one": f"spam {waits().pk}", "next": f"{QUEUE}?q=Bo"}
    assert desk.post(ACT, form).url == f"{QUEUE}?q=Bo"


def test_an_act_leads_nowhere_else(desk, waits):
    form = {"one": f"spam {waits().pk}", "next": "https://evil.example/"}
    assert desk.post(ACT, form).url == QUEUE


def test_opening_spam_is_noted(desk, post):
    version = post_site_version()
    desk.get(QUEUE, {"tab": "spam"})
    opened = Discussion.objects.get().spam_opened_at
    assert timezone.now() - opened < timedelta(minutes=1)
    assert post_site_version() == version


def post_site_version():
    return Discussion.objects.select_related("site").get().site.version


def test_a_search_in_spam_has_not_opened_all_of_it(desk):
    desk.get(QUEUE, {"tab": "spam", "q": "needle"})
    assert Discussion.objects.get().spam_opened_at is None


def test_the_number_that_waits_stands_in_the_menu(desk, waits):
    for _ in range(3):
        waits()
    page = desk.get("/admin/").text
    assert 'class="waiting-count">3<span class="visually-hidden"> waiting for you' in page


def test_no_other_number_stands_in_the_menu(desk, write):
    for name in ("approved", "spam", "trash"):
        write(status=name)
    assert "waiting-count" not in desk.get("/admin/").text


def test_a_visitor_is_asked_to_sign_in(client, post):
    assert client.get(QUEUE).url.startswith("/admin/login/")
    assert client.post(ACT, {"one": "spam 1"}).url.startswith("/admin/login/")


@pytest.fixture
def clerk(client, post):
    """A member of staff who moderates nothing."""
    user = get_user_model().objects.create_user("clerk", password="pw", is_staff=True)
    client.force_login(user)
    client.user = user
    return client


def test_staff_without_the_permission_see_nothing(clerk, waits):
    comment = waits()
    for url in (QUEUE, f"{QUEUE}{comment.pk}/change/"):
        assert clerk.get(url).status_code == 403
    assert clerk.post(ACT, {"one": f"spam {comment.pk}"}).status_code == 403
    assert "waiting-count" not in clerk.get("/admin/").text
    assert "No Akismet key" not in clerk.get("/admin/").text


def test_staff_with_the_permission_moderate(clerk, waits):
    comment = waits()
    clerk.user.user_permissions.add(Permission.objects.get(codename="change_comment"))
    clerk.post(ACT, {"one": f"publish {comment.pk}"})
    assert status(comment) == "approved"


def test_no_comment_is_added_in_admin(desk):
    assert desk.get(f"{QUEUE}add/").status_code == 403


def test_the_screen_never_says_what_is_said_inside(desk, akismet, waits, write):
    write(status="spam")
    comment = waits(holds=[{"rule": "fast"}])
    pages = [desk.get(QUEUE, {"tab": tab}).text for tab in ("", "checking", "spam", "trash")]
    pages.append(desk.get(f"{QUEUE}{comment.pk}/change/").text)
    pages.append(desk.get("/admin/posts/site/1/change/").text)
    for word in ("cleared", "verdict", " stone", " ham", " hold", "discard"):
        assert not any(word in page.lower() for page in pages)
