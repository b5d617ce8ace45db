"""The authors' Markdown: generous, safe, and asking no other host for anything."""

import itertools
import sys

import bleach
import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posts.markup import SCHEMES, TAGS, is_allowed, is_web_address, render, scheme, summary
from posts.markup.bounds import MAX_CELLS, MAX_DEPTH, MAX_LEVELS, MAX_RULES, MAX_WEIGHT
from posts.markup.inlines import MAX_EMPHASIS, MAX_MARKS


def elements(html):
    return list(html5lib.parseFragment(html, namespaceHTMLElements=False).iter())[1:]


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>"),
        ("## a", "<h2>a</h2>"),
        ("# a", "<h2>a</h2>"),
        ("<h1>a</h1>", "<h2>a</h2>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("---", "<hr>"),
        ("```python\n<a>\n```", '<pre><code class="language-python">&lt;a&gt;\n</code></pre>'),
        ('"a" -- it\'s...', "<p>\u201ca\u201d \u2013 it\u2019s\u2026</p>"),
        ("AT&T &copy; 1 < 2", "<p>AT&amp;T &copy; 1 &lt; 2</p>"),
        ("<kbd>a</kbd> <del>b</del>", "<p><kbd>a</kbd> <del>b</del></p>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        ('<abbr title="b">a</abbr>', '<p><abbr title="b">a</abbr></p>'),
        ("a <!-- more -->", "<p>a </p>"),
        ("", ""),
    ],
)
def test_markdown_and_safe_html_are_rendered(source, html):
    assert render(source) == html


def test_a_table_is_a_table_without_style():
    html = render("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert [element.tag for element in elements(html)].count("td") == 2
    assert "style" not in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("<iframe src=//x></iframe>", '&lt;iframe src="//x"&gt;&lt;/iframe&gt;'),
        ('<p class="a" id="b" style="c" onclick="d">e</p>', "<p>e</p>"),
        ('<code class="evil">a</code>', "<p><code>a</code></p>"),
        ('<ol start="x"><li>a</li></ol>', "<ol><li>a</li></ol>"),
        ('<q cite="http://x.org">a</q>', "<p><q>a</q></p>"),
        ('<img src="/a" srcset="//x/b" onerror="c">', '<img src="/a">'),
    ],
)
def test_what_is_not_safe_shows_as_typed_or_goes(source, html):
    assert html in render(source).replace("src=//x", 'src="//x"')


@pytest.mark.parametrize(
    "href",
    ["http://x.org/?a=1&amp;b", "https://x.org", "mailto:a@b.org", "#a", "../a", "/a:b", "./a:b"],
)
def test_a_link_may_lead_anywhere_a_reader_expects(href):
    assert render(f'<a href="{href}">a</a>') == f'<p><a href="{href}">a</a></p>'
    assert f'href="{href}"' in render(f"[a]({href})")


@pytest.mark.parametrize(
    "href",
    [
        *["javascript:alert(1)", "javascript:123", "JaVaScRiPt:1", " javascript:1"],
        *["data:text/html,x"],
        *["java&#09;script:1", "java&#x0A;script:1", "&#106;avascript:1"],
        *["javascript&colon;1", "\u00a0javascript:1", "vbscript:1", "file:///a"],
        *["\ufeffjavascript:1"],
        *["tel:1", "x.org:80", "http://[x", "&#1;javascript:1", "java\u200bscript:1"],
    ],
)
def test_no_link_leads_to_a_script(href):
    for html in (render(f'<a href="{href}">a</a>'), render(f"[a]({href})")):
        assert not any("href" in element.attrib for element in elements(html))


@pytest.mark.parametrize("src", ["/media/a.png", "/a b.png", "/a?b=1&amp;c=2"])
def test_an_image_of_this_site_is_shown(src):
    html = render(f'<p><img src="{src}" alt="a" width="1" height="2" loading="lazy"></p>')
    assert html == f'<p><img src="{src}" alt="a" width="1" height="2" loading="lazy"></p>'


@pytest.mark.parametrize(
    "src",
    ["http://x.org/a.png", "https://x.org/?a&amp;b", "//x.org/a.png", "/\\x.org", "a.png", "../a"],
)
def test_an_image_of_another_site_is_a_link_to_it(src):
    html = render(f'<p><img src="{src}" alt="a &lt;b&gt; &amp; c"></p>')
    assert html == f'<p><a href="{src}">a &lt;b&gt; &amp; c</a></p>'
    assert "<img" not in render(f"![a]({src})")


@pytest.mark.parametrize("src", ["/&#9;/x.org/a", "&#9;//x.org", "/&#92;x.org", "\n//x.org"])
def test_an_image_path_with_traps_is_no_path_of_this_site(src):
    assert "<img" not in render(f'<p><img src="{src}" alt="a"></p>')


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[![a](http://x.org/i.png)](/b)", '<p><a href="/b">a</a></p>'),
        ("![](http://x.org/i)", '<p><a href="http://x.org/i">http://x.org/i</a></p>'),
        ("![a](data:image/png;base64,x)", "<p>a</p>"),
        ("![a](javascript:1)", "<p>a</p>"),
        ("![a]()", "<p>a</p>"),
    ],
)
def test_an_image_that_can_be_no_link_is_its_description(source, html):
    assert render(source) == html


@pytest.mark.parametrize(
    ("html", "length", "text"),
    [
        ("<h2>One</h2><p>two&nbsp;<em>th</em>ree<br>four</p>", 80, "One two three four"),
        ("<p>one two</p>", 7, "one two"),
        ("<p>one, two</p>", 6, "one\u2026"),
        ("<p>abcdefgh</p>", 4, "abc\u2026"),
        ('<p><img alt="a > b" src="/x">1 &lt; 2 &amp;amp;</p>', 80, "1 < 2 &amp;"),
        ("<ul><li>a</li><li>b</li></ul>", 80, "a b"),
        ("plain  words\n", 80, "plain words"),
        ("", 80, ""),
    ],
)
def test_a_summary_is_one_line_cut_at_a_word(html, length, text):
    assert summary(html, length) == text
    assert len(text) <= length


@pytest.mark.parametrize(
    "source",
    [
        *["<div>" * 500, ">" * 1000, "<b>" * 1000, "[" * 300, "- " * 1000],
        *["\x00\ud800\x02wzxhzdk:0\x03"],
        *["<![CDATA[", "<!--", "<?x", "&#0;&#xD800;&#x110000;", "[a](http://[x)", "```"],
        *["<a href='"],
        *["<svg><style><img src=x onerror=1></style>"],
        *["<math><mi><table><mglyph><style><!--</style>"],
    ],
)
def test_odd_sources_do_no_harm(source):
    html = render(source)
    html.encode()
    assert {element.tag for element in elements(html)} <= TAGS
    assert not any(name.startswith("on") for element in elements(html) for name in element.attrib)


def test_addresses_and_schemes_are_read_as_a_browser_reads_them():
    assert is_web_address("https://x.org/a")
    assert not any(map(is_web_address, ["//x.org", "http:x", "http://", "ftp://x", "http://[x"]))
    assert scheme("\x01Java\nScript:1") == "javascript"
    assert scheme("&#106avascript:1") == "javascript"
    assert scheme("a/b:c") == ""


@settings(deadline=None, max_examples=100)
@given(st.one_of(st.text(), st.text("<>/=\"' abip&;#[]()!*_`\n1.-|~\\:\t\ufdd0", max_size=80)))
def test_any_text_gives_html_that_is_clean_already(source):
    html = render(source)
    again = bleach.clean(html, tags=TAGS, attributes=is_allowed, protocols=SCHEMES)
    assert html == again
    assert {element.tag for element in elements(html)} <= TAGS - {"h1"}


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a [b]", "[a [b]"),
        ("[[[[[[a](/b)](/b)](/b)](/b)](/b)](/b)", '<a href="/b">[[[[[a](/b)](/b)]'),
        ('[a](/b(c(d)) "e")', '<a href="/b(c(d))" title="e">a</a>'),
        ('[a](/it\'s "x")', '<a href="/it\'s" title="x">a</a>'),
        ("[a](/b 'c)", '<a href="/b \'c">a</a>'),
        ("[a](/b", "[a](/b"),
        ("[`]`](/b) `c", '<a href="/b"><code>]</code></a> `c'),
        ("a `` b ` c", "a `` b ` c"),
        ("a <b c", "a &lt;b c"),
        ("<b title='<'>c</b>", "<b>c</b>"),
        ("a <!-- b", "a &lt;!-- b"),
        ("```a\nb", "```a\nb"),
    ],
)
def test_a_mark_whose_counterpart_is_missing_shows_as_typed(source, html):
    assert html in render(source)


@pytest.mark.parametrize(
    ("source", "tag", "most"),
    [
        ("> " * 50 + "a", "blockquote", MAX_LEVELS),
        ("- " * 50 + "a", "ul", MAX_LEVELS),
        ("1. " * 4000, "ol", MAX_LEVELS),
        ("<div>" * 500, "div", MAX_DEPTH),
        ("# a\n" * 500, "h2", MAX_RULES),
        ("---\n" * 500, "hr", MAX_RULES),
        ("|" * 90 + "\n" + "|-" * 90 + "|\n" + "a\n" * 500, "td", MAX_CELLS),
        ("*a* " * 150, "em", MAX_EMPHASIS),
        ("`a` " * 1100, "code", MAX_MARKS),
        ("a\n\n" * 20_000, "p", MAX_WEIGHT / 2),
    ],
)
def test_of_everything_there_is_only_so_much(source, tag, most):
    assert [element.tag for element in elements(render(source))].count(tag) <= most


def test_what_comes_after_all_bounds_shows_as_typed():
    html = render("*a*\n" * MAX_WEIGHT + "\n<b>*c*</b> &amp;\n")
    assert html.endswith("\n\n&lt;b&gt;*c*&lt;/b&gt; &amp;amp;\n</code></pre>")


def test_the_lines_of_code_count_as_lines_alone():
    code = "f(*[a_b], `c`) < d | e\n" * 3000
    assert render(f"```\n{code}```\n\n*g*").endswith("<p><em>g</em></p>")


REPEATED = [
    *["[a", "[", "![[", "[[a]", "[](", "![a](", "[a](<", "[a](')", "[a][b]", "[!["],
    *["[a]:\n", "[a]: x\n'y'\n", "*a*b", "*a **b", "*(", "_a_ ", "***a** b*"],
    *["``a`", "`|", "```a\n", "~~~\n", "``` a b\n", "'", "'\"a ", "-- ", "\\[", "&", "&amp;"],
    *["<", "<a ", "<a b='", "<a/", '<a "" \'<a "" \'', "<span><!--a-->", "<!--", "<![CDATA["],
    *["<?x>", "<div>\n", "<b><p>", "</p>", "<ul><li>", "<x:y>", "<b>a</b>\n\n", "<td>"],
    *[">", "> - ", "- > ", "- - - x\n", "1. ", "- a\n", "* a\n\n    b\n\n", "a\n\n", "\n", " "],
    *["# a\n", "a\n===\n", "---\n", "* * *\n", "a|b\n-|-\n", "|", "|a|b|c|\n|-|-|-|\n"],
    *["a", "a b ", "a  \n"],
]
SHAPED = [
    "|" * 20_000 + "\n" + "|-" * 10_000 + "|\n" + "a\n" * 30_000,
    "".join("    " * depth + "- a\n" for depth in range(220)),
    "*a _b " * 8000 + "c_ d* " * 8000,
    ("***a " * 100 + "b*** " * 100 + "\n\n") * 90,
    "[a](')" * 1900 + "c" * 88_000,
    "*a " * 99 + "c" * 99_000 + " b*" * 99,
    "# a\n" * 50 + "c d\n" * 24_000,
    "<span>" * 1000 + "<!--a-->" * 1000 + "c " * 40_000,
    "- - - - - - - - a\n\n" * 5000,
]
PATHOLOGICAL = [text[:100_000] for text in [mark * 100_000 for mark in REPEATED] + SHAPED]


def calls(text):
    """Count the function calls that rendering takes: work that no busy machine makes slower."""
    counted = itertools.count()
    sys.setprofile(lambda frame, event, arg: event.endswith("call") and next(counted))
    try:
        render(text)
    finally:
        sys.setprofile(None)
    return next(counted)


@pytest.mark.parametrize("mark", REPEATED, ids=ascii)
def test_work_grows_no_faster_than_the_text(mark):
    assert calls((mark * 2400)[:2400]) < 4.2 * calls((mark * 600)[:600]) + 4000


@pytest.mark.parametrize("text", SHAPED, ids=lambda text: ascii(text[:12]))
def test_ten_thousand_characters_take_four_million_calls_at_most(text):
    assert calls(text[:10_000]) < 4_000_000  # `make bench` renders all of it, and has the seconds
