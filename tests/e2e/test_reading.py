"""Stories of readers: pages, permalinks, and what a narrow screen does with wide things."""

import re

import pytest
from playwright.sync_api import expect

from comments import moderation
from posts.models import Post
from tests.e2e.conftest import DESKTOP

WIDE = "```\n" + "a_name_without_end(" * 20 + "\n```"


@pytest.fixture
def thread(alma, write):
    """Something of everything: replies six deep, a stone, a wide block, names of all kinds."""
    root = comment = write("A beginning.", name="Ann", author_url="https://ann.example/")
    for name in ("Bo", "Cem", "Dilnaz", "Edda", "Farid"):
        comment = write(f"{name} answers.", parent=comment, name=name)
    stone = write("Gone by now.", name="Gül")
    write("An answer to what is gone.", parent=stone)
    moderation.move(stone, "trash", alma)
    write(WIDE, name="W" * 245, author_email="")
    write("א" * 300 + " " + "x" * 2000, name="דנה", parent=root)
    return comment


def test_the_permalink_of_a_deep_comment_lands_on_it(phone, thread, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 4)
    phone.goto(f"/comments/{thread.pk}/")
    assert phone.url.endswith(f"?from={thread.pk}#comment-{thread.pk}")
    expect(phone.locator(f"#comment-{thread.pk}")).to_be_in_viewport()
    expect(phone.get_by_role("heading", name="Ann, on an earlier page")).to_be_visible()


def test_a_thread_is_paged_through_without_javascript(desktop_without_js, post, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 2)
    for number in range(5):
        write(f"Number {number}.")
    page = desktop_without_js
    page.goto("/posts/on-answering/")
    for first in (2, 4):
        page.get_by_role("link", name="Next page").last.click()
        expect(page.locator(".comment").first).to_contain_text(f"Number {first}.")
    page.get_by_role("link", name="Newest first").click()
    expect(page.locator(".comment").first).to_contain_text("Number 4.")


def test_times_are_relative_with_javascript_and_exact_without(phone, phone_without_js, write):
    write()
    phone.goto("/posts/on-answering/")
    phone_without_js.goto("/posts/on-answering/")
    exact = phone_without_js.locator(".when time").inner_text()
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d", exact)
    expect(phone.locator(".when time")).to_have_text("just now")
    expect(phone.locator(".when time")).to_have_attribute("title", exact)


def test_a_hidden_answered_name_appears_when_it_has_the_focus(desktop, write):
    write("A reply.", parent=write(name="Ann"))
    desktop.goto("/posts/on-answering/")
    answered = desktop.locator(".to a")
    assert desktop.locator(".to").evaluate("e => getComputedStyle(e).clipPath") != "none"
    answered.focus()
    assert desktop.locator(".to").evaluate("e => getComputedStyle(e).clipPath") == "none"


def test_names_and_dates_are_easy_to_hit(phone, write):
    write(parent=write(name="Ann", author_url="https://ann.example/"))
    phone.goto("/posts/on-answering/")
    for link in phone.locator(".name a, .by a, .to:not(.nested) a").all():
        assert link.bounding_box()["height"] >= 24


def test_the_heading_key_moves_from_root_to_root(desktop, post, write):
    write("A reply.", parent=write(name="Ann"))
    write("Another.", name="Cem")
    desktop.goto("/posts/on-answering/")
    expect(desktop.get_by_role("heading", level=3)).to_have_text(
        [re.compile("Ann"), re.compile("Cem")]
    )
    expect(desktop.get_by_role("link", name="Reply to Cem")).to_be_visible()


def test_a_long_branch_folds_away_and_back(desktop, thread):
    desktop.goto("/posts/on-answering/")
    desktop.get_by_role("button", name="Hide 6 replies to Ann").click()
    expect(desktop.get_by_text("Farid answers.")).to_be_hidden()
    expect(desktop.get_by_text("A beginning.")).to_be_visible()
    desktop.get_by_role("button", name="Show 6 replies to Ann").click()
    expect(desktop.get_by_text("Farid answers.")).to_be_visible()


def test_nothing_moves_while_a_page_loads(open_page, thread):
    page = open_page(**DESKTOP)
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver((list) => {"
        "for (const entry of list.getEntries()) window.shifts += entry.value"
        "}).observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("/posts/on-answering/", wait_until="networkidle")
    assert page.evaluate("window.shifts") < 0.01


def test_print_has_the_words_and_no_forms(desktop, write):
    write("https://example.org/a")
    Post.objects.update(body_html='<p>See <a href="https://example.org/b">this</a>.</p>')
    desktop.goto("/posts/on-answering/")
    desktop.emulate_media(media="print")
    expect(desktop.locator("form")).to_be_hidden()
    expect(desktop.locator(".acts")).to_be_hidden()
    shown = "e => getComputedStyle(e, '::after').content"
    assert "https://example.org/b" in desktop.locator(".post .text a").evaluate(shown)
