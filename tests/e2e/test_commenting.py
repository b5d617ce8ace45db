"""Stories of writers: Ann and Bo comment and reply, on phones and desktops, with and without JS."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from comments.models import Comment

LITERAL = """\
# 1

* * *

List<T>

<b>

1986. What a year

one line
and another

> quoted
not quoted

https://example.org/page"""


@pytest.fixture(autouse=True)
def in_no_hurry(monkeypatch):
    """These writers are machines, and fast."""
    monkeypatch.setattr("comments.holds.TOO_FAST", 0)
    monkeypatch.setattr("comments.limits.SAME_PERSON", timedelta(0))


def fill(form, body, name):
    form.get_by_label(re.compile("Your (comment|reply)")).fill(body)
    form.get_by_label("Name", exact=True).fill(name)


def test_ann_reads_and_comments_on_a_phone_without_javascript(phone_without_js, post, akismet):
    page = phone_without_js
    page.goto("/")
    page.get_by_role("link", name="On answering").click()
    page.get_by_role("link", name="Leave a comment").click()
    fill(page, "I read it on the train.", "Ann")
    page.get_by_role("button", name="Post comment").click()
    comment = Comment.objects.get()
    assert page.url.endswith(f"#comment-{comment.pk}")
    expect(page.locator(".comment")).to_contain_text("I read it on the train.")
    expect(page.locator(".comment")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="One thought on “On answering”")).to_be_visible()
    assert len(akismet.checks) == 1


def test_bo_replies_three_deep_in_place(desktop, write, akismet):
    write("What do you think?", name="Ann")
    desktop.goto("/posts/on-answering/")
    for number, answered in enumerate(["Ann", "Bo 0", "Bo 1"]):
        desktop.get_by_role("link", name=f"Reply to {answered}").click()
        answer = desktop.locator(".answer")
        expect(answer.get_by_label("Your reply")).to_be_focused()
        fill(answer, f"Answer {number}", f"Bo {number}")
        answer.get_by_role("button", name="Post reply").click()
        expect(desktop.locator("#thread")).to_contain_text(f"Answer {number}")
    expect(desktop.locator("ol ol ol ol > .comment")).to_contain_text("Answer 2")


def test_bo_replies_three_deep_on_a_phone_without_javascript(phone_without_js, write, akismet):
    page = phone_without_js
    write("What do you think?", name="Ann")
    page.goto("/posts/on-answering/")
    for number, answered in enumerate(["Ann", "Bo 0", "Bo 1"]):
        page.get_by_role("link", name=f"Reply to {answered}").click()
        expect(page.get_by_role("heading", name=f"Reply to {answered}")).to_be_visible()
        fill(page, f"Answer {number}", f"Bo {number}")
        page.get_by_role("button", name="Post reply").click()
    expect(page.locator("ol ol ol ol > .comment")).to_contain_text("Answer 2")


def test_reply_opens_and_closes_the_form_under_the_comment(desktop, write, assert_accessible):
    write(name="Ann")
    desktop.goto("/posts/on-answering/")
    reply = desktop.get_by_role("link", name="Reply to Ann")
    for close in (reply, desktop.get_by_role("link", name="Cancel")):
        reply.click()
        expect(desktop.locator(".answer form")).to_be_visible()
        expect(reply).to_have_attribute("aria-expanded", "true")
        assert_accessible(desktop)
        close.click()
        expect(desktop.locator(".answer")).to_have_count(0)
        expect(reply).to_be_focused()
    assert desktop.url.endswith("/posts/on-answering/")


def test_escape_closes_the_form_and_keeps_the_draft(desktop, write):
    write(name="Ann")
    desktop.goto("/posts/on-answering/")
    reply = desktop.get_by_role("link", name="Reply to Ann")
    reply.click()
    area = desktop.get_by_role("form", name="Reply to Ann").get_by_label("Your reply")
    area.fill("Half an ans")
    area.press("Escape")
    expect(reply).to_be_focused()
    expect(reply).to_have_attribute("aria-expanded", "false")
    reply.click()
    expect(area).to_have_value("Half an ans")


def test_a_click_that_asks_for_another_tab_opens_one(desktop, write):
    comment = write(name="Ann")
    desktop.goto("/posts/on-answering/")
    reply = desktop.get_by_role("link", name="Reply to Ann")
    for how in ({"modifiers": ["ControlOrMeta"]}, {"button": "middle"}):
        with desktop.context.expect_page() as opened:
            reply.click(**how)
        expect(opened.value).to_have_url(re.compile(f"/comments/{comment.pk}/reply/$"))
    expect(desktop.locator(".answer")).to_have_count(0)


def test_an_impatient_second_tap_does_not_undo_the_first(phone, write):
    write(name="Ann")
    phone.goto("/posts/on-answering/")
    waiting = []
    phone.route("**/reply/", lambda request: waiting.append(request))
    reply = phone.get_by_role("link", name="Reply to Ann")
    for impatient in (reply.dblclick, reply.click):
        impatient()
    phone.wait_for_timeout(100)
    (request,) = waiting
    request.continue_()
    form = phone.get_by_role("form", name="Reply to Ann")
    expect(form.get_by_label("Your reply")).to_be_in_viewport(ratio=1)
    phone.wait_for_timeout(100)
    expect(form).to_have_count(1)


def test_what_is_typed_is_never_turned_into_something_else(phone, post, akismet):
    phone.goto("/posts/on-answering/")
    fill(phone, LITERAL, "Ann")
    phone.get_by_role("button", name="Post comment").click()
    text = phone.locator(".comment .text")
    words = [line for line in LITERAL.replace("> ", "").splitlines() if line]
    assert [line for line in text.inner_text().splitlines() if line.strip()] == words
    expect(text.locator("blockquote")).to_have_text("quoted")
    expect(text.locator("a")).to_have_attribute("href", "https://example.org/page")
    assert text.locator("h1, hr, b, ol, ul").count() == 0


@pytest.mark.parametrize("name", ["Ann", "akismet-guaranteed-spam"])
def test_only_its_writer_sees_a_comment_that_is_held(phone, desktop, post, akismet, name):
    if name == "Ann":
        akismet.always("503")
    phone.goto("/posts/on-answering/")
    fill(phone, "Is this seen?", name)
    phone.get_by_role("button", name="Post comment").click()
    expect(phone.locator(".own")).to_contain_text("Only you can see this.")
    expect(phone.locator(".own")).to_contain_text("Is this seen?")
    expect(phone.locator(".own")).to_be_in_viewport()
    desktop.goto("/posts/on-answering/")
    expect(desktop.get_by_text("Is this seen?")).to_have_count(0)


def test_the_writers_page_is_accessible(phone, post, assert_accessible):
    phone.goto("/posts/on-answering/")
    fill(phone, "Is this seen?", "Ann")
    phone.get_by_role("button", name="Post comment").click()
    assert_accessible(phone)


def test_errors_keep_every_field_and_lead_to_it(desktop, write, assert_accessible, complaints):
    comment = write(name="Ann")
    desktop.goto(f"/comments/{comment.pk}/reply/")
    desktop.get_by_label("E-mail (optional)").fill("not an address")
    desktop.get_by_label("Website (optional)").fill("example.org")
    desktop.get_by_label("Remember").check()
    desktop.get_by_role("button", name="Post reply").click()
    expect(desktop.get_by_role("alert")).to_be_focused()
    assert_accessible(desktop)
    expect(desktop.get_by_label("E-mail (optional)")).to_have_value("not an address")
    expect(desktop.get_by_label("Website (optional)")).to_have_value("example.org")
    expect(desktop.get_by_label("Remember")).to_be_checked()
    desktop.get_by_role("link", name="Give a name.").click()
    expect(desktop.get_by_label("Name", exact=True)).to_be_focused()
    complaints.clear()  # the browser reports the 422


@pytest.mark.parametrize("consent", [True, False])
def test_a_name_is_remembered_only_with_consent(phone_without_js, post, akismet, consent):
    page = phone_without_js
    page.goto("/posts/on-answering/")
    fill(page, "Hello.", "Ann")
    page.get_by_label("Remember").set_checked(consent)
    page.get_by_role("button", name="Post comment").click()
    page.goto("/posts/on-answering/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ann" if consent else "")
    assert bool(page.context.cookies()) is consent


def test_two_browsers_given_the_same_page_both_post(phone, desktop, post, akismet):
    phone.goto("/posts/on-answering/")
    same = phone.request.get("/posts/on-answering/").body()
    for page, name in ((phone, "Ann"), (desktop, "Bo")):
        page.route(
            "**/posts/on-answering/",
            lambda route: route.fulfill(body=same, content_type="text/html"),
        )
        page.goto("/posts/on-answering/")
        fill(page, "The same words.", name)
        page.get_by_role("button", name="Post comment").click()
        expect(page.locator(".comment:target")).to_contain_text(name)
    assert set(Comment.objects.values_list("author_name", flat=True)) == {"Ann", "Bo"}


def test_the_same_form_sent_twice_is_one_comment(desktop, post, akismet):
    desktop.goto("/posts/on-answering/")
    fill(desktop, "Once.", "Ann")
    sent = desktop.locator("form.writing").evaluate("f => [...new FormData(f)]")
    desktop.get_by_role("button", name="Post comment").click()
    desktop.request.post("/posts/on-answering/comments/", form=dict(sent))
    assert Comment.objects.count() == 1


def test_a_comment_is_written_by_keyboard_alone(desktop, write, akismet):
    write("What do you think?", name="Ann")
    desktop.goto("/posts/on-answering/")
    keys = desktop.keyboard
    keys.press("Tab")
    expect(desktop.get_by_role("link", name="Skip to the text")).to_be_focused()
    keys.press("Enter")
    reply = desktop.get_by_role("link", name="Reply to Ann")
    while not reply.evaluate("e => e == document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    expect(desktop.locator(".answer textarea")).to_be_focused()
    keys.type("By hand.")
    keys.press("Tab")
    keys.type("Bo")
    keys.press("Enter")
    expect(desktop.locator(".comment:target")).to_contain_text("By hand.")


def test_text_that_is_not_sent_is_kept_until_it_is(phone, write, akismet):
    write(name="Ann")
    phone.goto("/posts/on-answering/")
    phone.get_by_label("Your comment").fill("Half a thou")
    phone.get_by_role("link", name="Reply to Ann").click()
    phone.get_by_label("Your reply").fill("Half an ans")
    phone.reload()
    expect(phone.get_by_label("Your comment")).to_have_value("Half a thou")
    phone.get_by_role("link", name="Reply to Ann").click()
    expect(phone.get_by_label("Your reply")).to_have_value("Half an ans")
    fill(phone.locator("#respond"), "Half a thought.", "Bo")
    phone.get_by_role("button", name="Post comment").click()
    expect(phone.get_by_label("Your comment")).to_have_value("")
    phone.get_by_role("link", name="Reply to Ann").click()
    expect(phone.get_by_label("Your reply")).to_have_value("Half an ans")


def test_text_survives_a_server_that_is_away(phone, post, complaints):
    phone.goto("/posts/on-answering/")
    fill(phone, "Do not lose me.", "Ann")
    phone.route("**/comments/", lambda route: route.abort())
    phone.get_by_role("button", name="Post comment").click(no_wait_after=True)
    phone.wait_for_timeout(300)
    phone.goto("/posts/on-answering/")
    expect(phone.get_by_label("Your comment")).to_have_value("Do not lose me.")
    complaints.clear()  # the browser reports the failed request


def test_the_field_grows_with_the_text(phone, post):
    phone.goto("/posts/on-answering/")
    area = phone.get_by_label("Your comment")
    before = area.bounding_box()["height"]
    area.fill("One line\n" * 14)
    assert area.bounding_box()["height"] > before
    assert area.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
