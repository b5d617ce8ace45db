"""The commenters' dialect: what a person types is never turned into something else."""

import itertools
import json
import re
import sys
from pathlib import Path

import bleach
import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comments.markup import (
    SCHEMES,
    TAGS,
    CommentMarkdown,
    count_links,
    excerpt,
    is_allowed,
    render,
)
from comments.markup.lines import MAX_LINES, MAX_NESTS

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
REL = ' rel="nofollow ugc noopener"'


def parse(html):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html)


def faults(html):
    """Whatever a reader's browser would see that the dialect does not know."""
    for element in list(parse(html).iter())[1:]:
        if element.tag not in TAGS:
            yield element.tag
        for name, value in element.items():
            if not re.fullmatch(
                r"a href https?://[^\s<>]+|a rel nofollow ugc noopener|code class language-\S+",
                f"{element.tag} {name} {value}",
            ):
                yield f"{element.tag} {name} {value}"


def shown(text):
    """What a reader sees of a comment, a line each."""
    return "".join(parse(render(text)).itertext())


def link(url, text=None):
    url = url.replace("&", "&amp;")
    return f'<a href="{url}"{REL}>{text or url}</a>'


@pytest.mark.parametrize(
    "typed",
    [
        *["# 1", "####### x", "* * *", "- - -\n- - -", "***", "---", "___", "+\n+", "- \n- "],
        *["Title\n---", "Title\n===", "| a | b |\n|---|---|\n| 1 | 2 |", "[^1]: note", "- [ ] x"],
        *["List<T>", "<b>x</b>", "<!-- x -->", "<script>x</script>", "&amp;", "&lt;b&gt; &#42;"],
        *["[a]: #x", "[a][b]", "[a]", "![x](y)", "[]()", "[x](/y)", "[x](y z)", "<me@x.org>"],
        *[r"¯\_(ツ)_/¯", r"C:\*.*", r"\*a\*", r"\\", r"\[x\]", r"a\_b_", "*.*", "*/*", "/*a*/"],
        *["1986. What a year", "1. only one", "1) x\n2) y", "2. x\n3. y", "1. x\n1. y", "1.x\n2.y"],
        *["- only one", "- a\n* b", "-a\n-b", "- Well?\nHe left.\n- Well.", "01. a\n02. b"],
        *["snake_case_name", "2*3*4", "a * b * c", "5 * 3 * 2", "__init__.py"],
        *["f(*args, **kwargs)"],
        *["*a", "a*", "**a", "a**", "*a**", "**a*", "_a*", "****a****", "* a *", "*a\n\nb*", "(*)"],
        *["a*b*", "*a*b", "_a_b", "*.py and *.c", "int *p, *q;", "file-*-2020-*", "e.g. **, *"],
        *["*"],
        *["`a", "a`", "``a`", "`a\nb`", "```\na", "~~~\na\n```", "```\n```", "`" * 7],
        *["www.example.org", "settings.py", "me@example.org", "http://", "http:///x", "xhttp://a"],
        *["ftp://x.org/", "javascript:alert(1)", "[x](javascript:1)", "[x](javascript:123)"],
        *["[x](data:text/html,x)", "[x](//x.org)", "[x](vbscript:x)", "http://[::1]/", "http://[x"],
        *["'quoted' -- \"it's\"...", "(c) 1/2 ->", "a  b", "\u05d0\u05d1 \u202b", "👩‍👩‍👧", ">"],
        *["> >\n>"],
        *["*.bak*", "(*) a (*)", "*/a/*", "*a (*)", '*"*', "_-_", "*!*", "```a`b\nx\n```"],
        *["http://a\u2100b", "http://x[a].org/", "[x](http://[::1]/)", "*/a*", "(*) a*"],
        *["wzxhzdk:0 klzzwxh:0001", "klzzwxh:0000 qq17qq", "\u00a0x", "\u3000文"],
    ],
)
def test_what_is_not_in_the_dialect_shows_as_typed(typed):
    lines = [line.strip(" ") for line in re.split(r"\n+", typed)]
    assert shown(typed).split("\n") == [line for line in lines if line]
    assert not re.search(r"<(?!/?p>|br>)", render(typed))


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>"),
        ("a\r\nb\rc", "<p>a<br>\nb<br>\nc</p>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("a\n\n\n b", "<p>a</p>\n<p>b</p>"),
        ("    indented\n\ttoo", "<p>indented<br>\ntoo</p>"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_a_line_break_is_a_line_break_and_a_blank_line_parts_paragraphs(typed, html):
    assert render(typed) == html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("*a* _b_", "<em>a</em> <em>b</em>"),
        ("**a** __b__", "<strong>a</strong> <strong>b</strong>"),
        ("***a***", "<strong><em>a</em></strong>"),
        ("***a** b*", "<em><strong>a</strong> b</em>"),
        ("**a *b***", "<strong>a <em>b</em></strong>"),
        ("*a **b** c*", "<em>a <strong>b</strong> c</em>"),
        ("_a *b* c_", "<em>a <em>b</em> c</em>"),
        ('(*a*), "*b*"!', '(<em>a</em>), "<em>b</em>"!'),
        ("**a:** b, **c**: d", "<strong>a:</strong> b, <strong>c</strong>: d"),
        ("the *Guardian*'s", "the <em>Guardian</em>'s"),
        ("*really?* *...so*", "<em>really?</em> <em>...so</em>"),
        ("—*a*— 👉*b*", "—<em>a</em>— 👉<em>b</em>"),
        ("_snake_case_", "<em>snake_case</em>"),
        ("*two\nlines*", "<em>two<br>\nlines</em>"),
        ("*a `*` b*", "<em>a <code>*</code> b</em>"),
        ("*😀*", "<em>😀</em>"),
        ("*a **b* c**", "<em>a **b</em> c**"),
        ('*a"***"b**', '<em>a"</em>**"b**'),
        ("cafe\u0301*s*", "cafe\u0301*s*"),
    ],
)
def test_emphasis_stands_at_the_boundaries_of_words(typed, html):
    assert render(typed) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("`<b> &amp; \\ *x*`", "<code>&lt;b&gt; &amp;amp; \\ *x*</code>"),
        ("`a  b`", "<code>a  b</code>"),
        ("` a `", "<code> a </code>"),
        ("``a`b`` c`", "<code>a`b</code> c`"),
        ("`` ` ``", "<code>`</code>"),
        ("`[x](http://x.y)`", "<code>[x](http://x.y)</code>"),
        ("[a`b](http://x.y)`", "[a<code>b](http://x.y)</code>"),
    ],
)
def test_inline_code_is_verbatim(typed, html):
    assert render(typed) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("```\na\n```", "<code>a\n"),
        ("~~~\na\n~~~", "<code>a\n"),
        ("text\n```\na\n```", "<code>a\n"),
        ("````\n```\n````", "<code>```\n"),
        ("```\na\n```b\n```", "<code>a\n```b\n"),
        ("```python\na\n```", '<code class="language-python">a\n'),
        ("``` C++  \na\n```", '<code class="language-c++">a\n'),
        ('```x" onclick="y\na\n```', '<code>x" onclick="y\na\n'),
        (f"```{'x' * 21}\na\n```", f"<code>{'x' * 21}\na\n"),
        ("```\n\n\n\ta\t $1 \\ \n \n```", "<code>\n\n\ta\t $1 \\ \n \n"),
        ("```\n> - &amp; **b** http://x.y\n```", "<code>&gt; - &amp;amp; **b** http://x.y\n"),
        ("  ```\n   a\n b\n  ```", "<code> a\nb\n"),
        ("> ```\n> a\n> ```", "<code>a\n"),
        ("- ```\n  a\n\n\n   b\n  ```\n- b", "<code>a\n\n\n b\n"),
    ],
)
def test_fenced_code_is_kept_byte_for_byte(typed, html):
    assert f"<pre>{html}</code></pre>" in render(typed)


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("> a\n> b\n>\n> c", "<blockquote><p>a<br>\nb</p>\n<p>c</p></blockquote>"),
        ("> a\nb", "<blockquote><p>a</p></blockquote><p>b</p>"),
        ("a\n> b", "<p>a</p><blockquote><p>b</p></blockquote>"),
        (">a\n\n>b", "<blockquote><p>a</p></blockquote>\n<blockquote><p>b</p></blockquote>"),
        ("> > a\n> b", "<blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote>"),
        ("> - a\n> - b", "<blockquote><ul><li>a</li><li>b</li></ul></blockquote>"),
    ],
)
def test_a_quote_has_exactly_the_lines_marked_as_such(typed, html):
    assert render(typed) == html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("+ a\n+ b", "<ul><li>a</li><li>b</li></ul>"),
        ("a\n* b\n* *c*", "<p>a</p><ul><li>b</li><li><em>c</em></li></ul>"),
        ("1. a\n2. b\n4. c", "<ol><li>a</li><li>b</li></ol><p>4. c</p>"),
        ("- a\n- b\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"),
        ("- a\n  b\n- c", "<ul><li>a<br>\nb</li><li>c</li></ul>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("- a\n\n  b\n- c", "<ul><li><p>a</p>\n<p>b</p></li><li><p>c</p></li></ul>"),
        ("- a\n  - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
        ("- a\n\t1. b\n\t2. c\n- d", "<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>"),
        ("- a\n  - b\n- c", "<ul><li>a<br>\n- b</li><li>c</li></ul>"),
        ("- > a\n- b", "<ul><li><blockquote><p>a</p></blockquote></li><li>b</li></ul>"),
    ],
)
def test_a_list_has_two_items_or_more(typed, html):
    assert render(typed) == html


@pytest.mark.parametrize(
    "url",
    [
        *["http://x.org", "https://x.org/a_b_c/*d*/e", "HTTP://X.org"],
        *["http://x.org/?a=1&b=2&copy=3"],
        *["https://en.wikipedia.org/wiki/Alien_(film)", "http://x.org/a[]=1"],
        *["http://localhost:80"],
        *["http://müller.example/ä", "http://x.org/&amp;a", "http://例え.jp/道"],
        *["http://x.org/~a/%2A"],
        *["http://me:pw@x.org/", "http://x.org/#a", "http://x.org/" + "a" * 5000],
    ],
)
def test_a_bare_url_is_a_link_to_exactly_itself(url):
    html = render(f"See {url}, ({url}). *{url}*")
    assert html == f"<p>See {link(url)}, ({link(url)}). <em>{link(url)}</em></p>"


@pytest.mark.parametrize("end", [*".,;:!?'\")]}<>*_|`”»…。", "...", "!?", ").", '".', "](", ")b"])
def test_the_punctuation_after_a_url_is_not_part_of_it(end):
    assert render(f"http://x.org/a{end}").startswith(f"<p>{link('http://x.org/a')}")
    assert shown(f"http://x.org/a{end}") == f"http://x.org/a{end}"


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("[a](http://x.org/?b&c)", link("http://x.org/?b&c", "a")),
        ("[a *b* `c`](http://x.org/(d))", link("http://x.org/(d)", "a <em>b</em> <code>c</code>")),
        ("*[a](http://x.org)*", f"<em>{link('http://x.org', 'a')}</em>"),
        ("*a [b*](http://x.org)", f"*a {link('http://x.org', 'b*')}"),
        ("[[a]](http://x.org)", link("http://x.org", "[a]")),
        ("[http://y.org](http://x.org)", link("http://x.org", "http://y.org")),
        ("[x", "[x"),
        ("<http://x.org>", f"&lt;{link('http://x.org')}&gt;"),
        ("[a]: http://x.org", f"[a]: {link('http://x.org')}"),
        ("![a](http://x.org)", f"![a]({link('http://x.org')})"),
        ("[](http://x.org)", f"[]({link('http://x.org')})"),
        ('[a](http://x.org "t")', f'[a]({link("http://x.org")} "t")'),
        ("[a](http://x.org/(b)", f"[a]({link('http://x.org/(b)')}"),
    ],
)
def test_a_link_has_a_text_and_an_http_url(typed, html):
    assert render(typed) == f"<p>{html}</p>"


def test_no_link_holds_another():
    inner = link("http://x.org", "b")
    typed = "[a [b](http://x.org) c](http://y.org)"
    assert render(typed) == f"<p>[a {inner} c]({link('http://y.org')})</p>"


def test_quotes_and_lists_nest_five_deep_and_show_deeper_marks_as_typed():
    nested = "".join(f"{'  ' * i}- a\n" for i in range(7))
    lists = render("\n".join(f"{'  ' * i}- a\n{'  ' * i}- b" for i in range(7)))
    assert render("> " * 7 + "a").count("<blockquote>") == 5
    assert "<p>&gt; &gt; a</p>" in render("> " * 7 + "a")
    assert (lists.count("<ul>"), "- a<br>" in lists) == (5, True)
    assert "<ul>" not in render(nested)


def test_emphasis_nests_five_deep_and_shows_deeper_marks_as_typed():
    typed = " ".join("*_"[i % 2] + "a" for i in range(8))
    typed += " ".join("b" + "*_"[i % 2] for i in reversed(range(8)))
    assert render(typed).count("<em>") == 5
    assert len(shown(typed)) == len(typed) - 10


def test_so_many_quotes_are_no_quotes():
    assert render("> a\n\n" * 2000).count("<blockquote>") == MAX_NESTS


@pytest.mark.parametrize(
    "code", ["\x00", "\x02klzzwxh:0000\x03", "\ud800", "\x1b", "\uffff", "\x85"]
)
def test_what_html_cannot_hold_does_no_harm(code):
    html = render(f"*a* {code} `{code}` http://x.org/{code}\n\n```\n{code}\n```")
    assert html.startswith("<p><em>a</em>")
    assert not list(faults(html))
    html.encode()


def test_bleach_is_told_to_keep_only_what_the_dialect_makes():
    assert is_allowed("a", "href", "http://x.org")
    assert not is_allowed("a", "href", "javascript:123")
    assert not is_allowed("a", "href", "/")
    assert not is_allowed("a", "rel", "opener")
    assert not is_allowed("code", "class", "evil")
    assert not is_allowed("a", "title", "x")


def test_bleach_has_the_last_word(monkeypatch):
    monkeypatch.setattr(CommentMarkdown, "convert", lambda self, source: source)
    html = render('<b onclick="x">a</b><a href="javascript:123" rel="x">b</a><p style="x">c')
    assert html == '&lt;b onclick="x"&gt;a&lt;/b&gt;<a>b</a><p>c</p>'


def test_links_are_counted_as_rendered():
    assert count_links(render("http://a.b [c](http://d.e) `http://f.g` <a href='http://x.y'>")) == 3
    assert count_links(render('`<a href="x">` www.a.b')) == 0


def test_an_excerpt_is_one_line_of_words():
    assert excerpt("# *Hi*,\n> you &amp; `<b>`\n\n- a\n- b", 80) == "# Hi, you &amp; <b> a b"
    assert excerpt("one two three", 13) == "one two three"
    assert excerpt("one two, three", 13) == "one two…"
    assert excerpt("x" * 30, 10) == "x" * 9 + "…"


REPEATED = [
    *["[a", "](", "[", "![[", "[[a]", "[]", "[](", "[a](http://x)", "](http://x/[](", "](http://["],
    *["*a ", "**a*", "*a _b ", "_", "*", "__a ", "a__ ", "*a*", "*a* ", "***a*** ", "*a\nb* "],
    *["*(", "*."],
    *[">", "> ", ">\n", ">a\n\n", "> > > > x\n", ">>>>>a\n\n", ">>>>>a\nb\n", "- >>>>>a\n"],
    *["- >a\n"],
    *["- a\n", "1. ", "1. a\n", "- a\n\n", "- a\n- b\n\n", "- *a*\n", "- a\n* a\n"],
    *["- a\n  b\n   - c\n"],
    *[
        "\n",
        " \n",
        "a\n",
        "a\n\n",
        "*a*\n\n",
        "`a`\n\n",
        "a\r",
        "\t- x\n",
        " ",
        "a",
        "😀",
        '"',
        "'",
    ],
    *["\\"],
    *["http://", "http://a ", "http://a)", "http://[", "(http://a", "http://a.", "<", "&", "&amp;"],
    *["<b>"],
    *["`", "` ", "`a`", "``a`", "```\n", "```a\n", "~~~\n~~~~\n", "```\n\n```\n", "- ```a\n"],
    *["{(["],
]
SHAPED = [
    "".join("`" * length + " x " for length in range(140)),
    "".join("`" * length + "a\n" for length in range(80, 2, -1)) + "x\n" * 3400,
    "".join("  " * depth + "- a\n" for depth in range(100)),
    "".join(f"{'  ' * depth}- a\n{'  ' * depth}- b\n" for depth in range(70)),
    "*a _b " * 833 + "c_ d* " * 833,
    "[" * 2500 + "a" + "](http://x)" * 680,
    "](http://x(" * 850 + ")" * 600,
    "> - " * 1000 + "a",
    ">>>>>a\n\n" * 60 + "*a* " * 1000 + "a\n" * 600 + "&" * 10_000,
    "- >>>>>a\n\n" * 150 + "*a* `b` " * 240 + "\n" * 300 + "&" * 10_000,
    "- *a*\n- *b*\n\n" * 300 + "&" * 10_000,
]
PATHOLOGICAL = [text[:10_000] for text in [mark * 10_000 for mark in REPEATED] + SHAPED]


def calls(text):
    """Count the function calls that rendering takes: work that no busy machine makes slower."""
    counted = itertools.count()
    sys.setprofile(lambda frame, event, arg: event.endswith("call") and next(counted))
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return next(counted)


@pytest.mark.parametrize("text", PATHOLOGICAL, ids=lambda text: ascii(text[:12]))
def test_ten_thousand_characters_take_a_million_calls_at_most(text):
    assert len(text) <= 10_000
    assert calls(text) < 1_000_000  # 0.1 s; `make bench` has the seconds


@pytest.mark.parametrize("mark", REPEATED, ids=ascii)
def test_work_grows_no_faster_than_the_text(mark):
    assert calls((mark * 2400)[:2400]) < 4.2 * calls((mark * 600)[:600]) + 1000


def test_the_lines_after_the_thousandth_are_shown_as_typed():
    html = render("a\n" * MAX_LINES + "*b*\n\n> c\n")
    assert html.endswith("<br>\na</p><pre><code>*b*\n\n&gt; c\n</code></pre>")


def test_paragraphs_beyond_two_thousand_marks_are_shown_as_typed():
    html = render("*a* `b`\n\n" + "*|_" * 1000 + "\n*c*\n\n*d*")
    assert html.startswith("<p><em>a</em> <code>b</code></p>\n<p>*|_*|_")
    assert html.endswith("_<br>\n*c*</p>\n<p>*d*</p>")


PIECES = [*"*_`[]()>-+.!#~<&\\\"' \n\tabcxyz", "**", "```", "~~~", "\n\n", "\n> ", "\n- ", "\n1. "]
PIECES += ["\n2. ", "  ", "](http://a.bc/", "](", "http://x.yz/a_b", "\n```\n", "```abc\n", "&lt;"]
TYPED = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def letters(text):
    return re.sub(r"[^a-z]", "", text)


def kept(element):
    """All that became of what was typed: text, languages, and the hrefs that are not shown."""
    text = element.text or ""
    inside = "".join(kept(child) + (child.tail or "") for child in element)
    href = element.get("href", "")
    language = element.get("class", "").removeprefix("language-")
    return language + text + inside + ("" if href == text else href)


@settings(deadline=None, max_examples=400)
@given(TYPED)
def test_no_letter_is_lost_or_moved(typed):
    assert letters(kept(parse(render(typed)))) == letters(typed)


@settings(deadline=None, max_examples=200)
@given(st.one_of(TYPED, st.text(), st.text(st.characters(max_codepoint=0x2FF))))
def test_any_text_gives_valid_html_of_the_dialect_alone(typed):
    html = render(typed)
    assert not list(faults(html))
    assert bleach.clean(html, tags=TAGS, attributes=is_allowed, protocols=SCHEMES) == html


def vectors():
    """Hostile texts that nobody here wrote."""
    for path in sorted(DATA.glob("xss/*/*.dat")):  # JSON of a kind: some commas are too many
        yield from map(
            json.loads, re.findall(r'"input": (".*"),?$', path.read_text(), re.MULTILINE)
        )
    yield from (path.read_text() for path in sorted(DATA.glob("xss/bleach/data/*.test")))
    yield from json.loads((DATA / "naughty" / "blns" / "blns.json").read_text())
    examples = json.loads((DATA / "markdown" / "commonmark" / "spec.json").read_text())
    yield from (example["markdown"] for example in examples)


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there: no vectors to try")
@pytest.mark.parametrize("wrap", ["{}", "> {}", "[{}](http://x.org)", "[x](http://{})", "`{}`"])
def test_the_vectors_of_others_do_no_harm(wrap):
    for vector in vectors():
        html = render(wrap.format(vector))
        assert not list(faults(html)), vector
        assert wrap != "{}" or not letters(vector) or html, vector


@pytest.mark.parametrize(
    ("source", "href"),
    [
        ("https://example.org/?x=_y_", "https://example.org/?x=_y_"),
        ("https://example.org/a_b_.", "https://example.org/a_b_"),
        ("_https://example.org/_", "https://example.org/"),
        ("_see https://example.org_", "https://example.org"),
    ],
)
def test_an_underscore_at_the_end_belongs_to_the_url_that_has_others(source, href):
    assert f'href="{href}"' in render(source)
