"""Stories of Alma, who wrote the post and looks after its thread, on the post's own page."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment


def status(text: str) -> str:
    return Comment.objects.get(body=text).status


def test_alma_approves_what_waits_and_readers_see_it(phone, desktop, write, sign_in):
    write("May I?", status="pending")
    sign_in(desktop).goto("/posts/on-answering/")
    expect(desktop.locator(".waiting")).to_contain_text("Waiting for you")
    desktop.get_by_role("button", name="Approve").click()
    expect(desktop.get_by_role("status")).to_contain_text("Published.")
    expect(desktop.locator(".waiting")).to_have_count(0)
    phone.goto("/posts/on-answering/")
    expect(phone.get_by_text("May I?")).to_be_visible()


@pytest.mark.parametrize(("button", "became"), [("Trash", "trash"), ("Spam", "spam")])
def test_alma_removes_a_public_comment_without_javascript(
    phone_without_js, write, sign_in, button, became
):
    page = sign_in(phone_without_js)
    write("Buy now.")
    page.goto("/posts/on-answering/")
    page.locator("summary").first.click()
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_contain_text("Moved to")
    expect(page.get_by_text("Buy now.")).to_have_count(0)
    assert status("Buy now.") == became


def test_alma_removes_a_comment_with_replies_and_a_stone_stays(desktop, write, sign_in):
    write("An answer.", parent=write("Rude."))
    sign_in(desktop).goto("/posts/on-answering/")
    desktop.locator("summary").first.click()
    desktop.get_by_role("button", name="Trash").click()
    expect(desktop.locator(".stone")).to_have_text("Removed by the author of the site")
    expect(desktop.get_by_text("An answer.")).to_be_visible()


def test_alma_corrects_a_comment(phone, write, sign_in):
    write("Helo.", name="Bo")
    sign_in(phone).goto("/posts/on-answering/")
    phone.locator("summary").first.click()
    phone.get_by_role("link", name="Edit the comment by Bo").click()
    phone.get_by_label("Your comment").fill("Hello.")
    phone.get_by_role("button", name="Save").click()
    expect(phone.locator(".comment .text")).to_have_text("Hello.")
    expect(phone.get_by_text("edited")).to_be_visible()


def test_alma_replies_without_giving_a_name(desktop, write, sign_in, akismet):
    write("A question?", name="Bo")
    sign_in(desktop).goto("/posts/on-answering/")
    desktop.get_by_role("link", name="Reply to Bo").click()
    answer = desktop.locator(".answer")
    expect(answer).to_contain_text("You comment as Alma")
    answer.get_by_label("Your reply").fill("An answer.")
    answer.get_by_role("button", name="Post reply").click()
    own = desktop.locator("ol ol > .comment")
    expect(own).to_contain_text("An answer.")
    expect(own.locator(".badge")).to_have_text("author")


def test_alma_stays_where_she_was_in_a_long_thread(desktop, write, sign_in):
    for number in range(12):
        write(f"Number {number}.\n\n" + "More words. " * 60)
    sign_in(desktop).goto("/posts/on-answering/")
    comment = desktop.locator(".comment").nth(9)
    comment.locator("summary").click()
    comment.get_by_role("button", name="Spam").click()
    expect(desktop.get_by_role("status")).to_contain_text("Moved to spam.")
    expect(desktop.locator(".comment").nth(9)).to_be_in_viewport()


def test_alma_goes_on_by_keyboard_where_she_was(desktop, write, sign_in):
    above = write("Fine.", name="Ann")
    for text in ("May I?", "Buy now."):
        write(text, status="pending", parent=above, name="Bo")
    sign_in(desktop).goto("/posts/on-answering/")
    for button, done in (("Spam", "Moved to spam."), ("Approve", "Published.")):
        desktop.get_by_role("button", name=f"{button} the comment by Bo").first.press("Enter")
        expect(desktop.get_by_text(done)).to_be_visible()
        expect(desktop.locator(".comment:target > .said > .by .when")).to_be_focused()


def test_nothing_jumps_when_alma_approves(desktop, write, sign_in):
    for number in range(12):
        status = "pending" if number == 6 else "approved"
        write(f"Number {number}.\n\n" + "More words. " * 60, status=status)
    sign_in(desktop).goto("/posts/on-answering/")
    stood = desktop.locator(".comment").nth(6)
    approve = stood.get_by_role("button", name="Approve")
    approve.scroll_into_view_if_needed()
    before = stood.bounding_box()["y"]
    approve.click()
    expect(desktop.get_by_role("status")).to_contain_text("Published.")
    expect(stood.locator(".when")).to_be_focused()
    assert abs(stood.bounding_box()["y"] - before) < 2


def test_pages_for_moderators_are_accessible(phone, write, sign_in, assert_accessible):
    comment = write("May I?", status="pending", parent=write())
    sign_in(phone).goto("/posts/on-answering/")
    phone.locator("summary").first.click()
    assert_accessible(phone)
    phone.goto(f"/comments/{comment.pk}/edit/")
    assert_accessible(phone)
