"""Every page, in every state, by axe's rules; and what a screen reader makes of a thread."""

import re

from django.conf import settings
from playwright.sync_api import expect

from comments import moderation
from tests.e2e.conftest import DESKTOP, PHONE, broken_rules

READ_ALOUD = """
- list:
  - listitem:
    - heading /^Ann/ [level=3]
    - paragraph: Who begins?
    - link "Reply to Ann"
    - list:
      - listitem:
        - paragraph: /^Bo/
        - paragraph:
          - text: in reply to
          - link "Ann"
        - paragraph: I do.
        - link "Reply to Bo"
  - listitem:
    - heading "Removed by the author of the site" [level=3]
    - list:
      - listitem:
        - paragraph: /^Alma author/
        - paragraph:
          - text: in reply to
          - link "a removed comment"
        - paragraph: It was not kind.
        - link "Reply to Alma"
"""
TOO_FAINT = """axe.run({runOnly: ["color-contrast"], resultTypes: ["violations"]}).then(
    (found) => found.violations.flatMap((rule) => rule.nodes.map((node) => node.html)))"""
SETTLED = "document.getAnimations().forEach((change) => change.finish())"  # admin's links fade


def test_no_page_breaks_a_rule(walk):
    """Where the light is on on a phone, it is off on a desktop: colours differ, rules do not."""
    for name, page in walk(color_scheme="light", **PHONE):
        assert not broken_rules(page), name
        page.set_viewport_size(DESKTOP["viewport"])
        page.emulate_media(color_scheme="dark")
        page.evaluate(SETTLED)
        assert page.evaluate(TOO_FAINT) == [], f"{name}, in the dark"
        page.set_viewport_size(PHONE["viewport"])
        page.emulate_media(color_scheme="light")


def test_a_thread_is_read_aloud_as_the_conversation_it_is(desktop, alma, write):
    write("I do.", name="Bo", parent=write("Who begins?", name="Ann"))
    gone = write("Fools.", name="Cem")
    write("It was not kind.", name="Alma", author=alma, parent=gone)
    moderation.move(gone, "trash", alma)
    desktop.goto("/posts/on-answering/")
    expect(desktop.locator(".thread > ol")).to_match_aria_snapshot(READ_ALOUD)


def test_the_page_is_a_post_its_thread_and_a_form(phone, write):
    write()
    phone.goto("/posts/on-answering/")
    landmarks = "- banner\n- main:\n  - article\n  - region /One thought/:\n    - region /Leave/"
    expect(phone.locator("body")).to_match_aria_snapshot(f"{landmarks}\n- contentinfo")


def test_a_tint_is_a_frame_where_colours_are_the_readers_own(open_page, sign_in, write):
    page = sign_in(open_page(forced_colors="active", **DESKTOP))
    write("May I?", status="pending")
    page.goto(write().get_absolute_url())
    for marked in (".waiting", ".comment:target > .said"):
        expect(page.locator(marked)).to_have_css("outline-style", "solid")


def test_nothing_moves_by_itself():
    style = (settings.BASE_DIR / "static/afterword.css").read_text()
    assert not re.findall("transition|animation|scroll-behavior", style)
