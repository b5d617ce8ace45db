"""Small screens, large zoom and wide-set text: nothing is cut off, nothing is hard to hit."""

SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"""
STYLE = """(css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
}"""
NAMED = """const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1
        && !e.closest("[aria-hidden], .visually-hidden");
    const named = (e) => `${e.tagName} ${e.className} ${e.innerText?.slice(0, 30)}`;"""
# What is cut off: the page to its right, or words in a box that cannot be scrolled.
LOST = f"""() => {{ {NAMED}
    const cuts = (e) => /hidden|clip/.test(getComputedStyle(e).overflow) && !e.matches("input")
        && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 4);
    const page = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
    const boxes = [...document.querySelectorAll("main *")].filter(shown).filter(cuts);
    return [...page, ...boxes.map(named)];
}}"""
# WCAG 2.5.8 spares links within a sentence. Django's own controls in admin are axe's to judge.
OURS = "header.site, main.page, main .page, main article, .thread, .queue, .comment-columns, .purge"
TOO_SMALL = f"""() => {{ {NAMED}
    const inSentence = (e) => getComputedStyle(e).display === "inline"
        && [...e.parentElement.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const small = (e) => e.getBoundingClientRect().height < 23.9
        || e.getBoundingClientRect().width < 23.9;
    const controls = ":is(a, button, summary, input, select, textarea)";
    const zooms = (e) => e.matches("input:not([type=checkbox]), select, textarea")
        && parseFloat(getComputedStyle(e).fontSize) < 16;
    return [...document.querySelectorAll(":is({OURS}) " + controls)].filter(shown)
        .filter((e) => (small(e) && !inSentence(e)) || zooms(e)).map(named);
}}"""


def test_no_page_loses_a_word_on_any_screen(walk):
    """At 320 pixels, which is a desktop at 400 %, and at 640, 200 %; then with text set wider."""
    for name, page in walk(viewport={"width": 1280, "height": 900}):
        for width in (320, 640, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for style in ("", SPACED):
                page.evaluate(STYLE, style)
                assert page.evaluate(LOST) == [], (name, width, style)
        page.evaluate(STYLE, "")
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate(TOO_SMALL) == [], name
