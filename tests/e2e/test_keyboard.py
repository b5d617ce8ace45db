"""Stories without a mouse: Ann reads and answers, Alma looks after the thread."""

import pytest
from playwright.sync_api import expect

# Where the focus is: its place among all elements, its words, and whether it can be seen.
FOCUS = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    const words = (at.labels?.[0] ?? at).textContent.trim().replace(/\\s+/g, " ");
    const box = at.getBoundingClientRect();
    const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const inView = box.bottom > 0 && box.top < innerHeight && box.width > 1;
    const place = [...document.querySelectorAll("*")].indexOf(at);
    return {words, place, seen: ringed && inView};
}"""


@pytest.fixture
def thread(write):
    root = write("What do you think?", name="Ann", author_url="https://ann.example/")
    write("A lot.\n\n```\n" + "wide " * 60 + "\n```", parent=root, name="Bo")
    return root


def stops(page) -> list[dict]:
    """Every stop from the top of the page, by Tab, until the focus leaves it."""
    found = []
    while len(found) < 60:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if found and stop["place"] <= found[0]["place"]:
            return found
        found.append(stop)
    pytest.fail(f"The focus does not leave the page: {found[-5:]}")


def test_the_focus_goes_down_the_page_and_is_seen_on_every_stop(desktop, thread):
    desktop.goto("/posts/on-answering/")
    found = stops(desktop)
    assert [stop["words"] for stop in found if not stop["seen"]] == []
    assert [stop["place"] for stop in found] == sorted(stop["place"] for stop in found)
    words = " ".join(stop["words"] for stop in found)
    order = ["Skip to", "Newest first", "Ann", "Reply to Ann", "Bo", "Your comment", "Post comment"]
    assert [words.index(word) for word in order] == sorted(words.index(word) for word in order)


def test_the_focus_is_seen_all_over_the_desk_as_well(desktop, thread, sign_in):
    sign_in(desktop).goto("/posts/on-answering/")
    assert [stop["words"] for stop in stops(desktop) if not stop["seen"]] == []


def test_a_wide_block_and_the_notice_are_worked_by_keys(desktop, thread, akismet):
    desktop.goto("/posts/on-answering/")
    wide = desktop.locator(".comment pre")
    expect(wide).to_have_attribute("tabindex", "0")  # Chromium stops there anyway, Safari does not
    wide.focus()
    desktop.keyboard.press("ArrowRight")
    desktop.wait_for_function("document.querySelector('.comment pre').scrollLeft > 0")
    desktop.get_by_text("What is sent there").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("a service of Automattic")).to_be_visible()


def test_ann_closes_her_answer_and_goes_on_from_where_she_was(desktop, thread):
    desktop.goto("/posts/on-answering/")
    reply = desktop.get_by_role("link", name="Reply to Ann")
    reply.press("Enter")
    expect(desktop.get_by_role("form").get_by_label("Your reply")).to_be_focused()
    desktop.keyboard.press("Escape")
    expect(reply).to_be_focused()
    desktop.keyboard.press("Tab")
    expect(desktop.locator(".comment .comment :focus")).to_have_count(1)


@pytest.mark.parametrize("kind", ["desktop", "desktop_without_js"])
def test_the_words_that_say_why_not_come_first(request, kind, thread, complaints):
    page = request.getfixturevalue(kind)
    page.goto("/posts/on-answering/")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page).to_have_title("Error: Your comment — Afterword")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Write something first.")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your comment")).to_be_focused()
    complaints.clear()  # the browser reports the 422


def test_alma_removes_a_comment_by_keys_alone(desktop, thread, sign_in):
    sign_in(desktop).goto("/posts/on-answering/")
    desktop.get_by_text("More about the comment by Bo").focus()
    for key in ("Enter", "Tab", "Tab", "Enter"):
        desktop.keyboard.press(key)
    expect(desktop.get_by_role("status")).to_have_text("Moved to trash.")
    expect(desktop.locator(".comment :focus")).to_have_attribute("href", thread.get_absolute_url())
