"""Hostile texts: our own, those that others collected, and any that a file names."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
XSS = "<img src=x onerror=alert(1)>"

ELEMENTS = [
    "<script>alert(1)</script>",
    "<ScRiPt\n>alert(1)</ScRiPt\t>",
    "<script/src=//127.0.0.1:9/x.js></script>",
    XSS,
    "<img src=x onerror=alert(1)//",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src=javascript:alert(1)>",
    "<base href=//127.0.0.1:9/><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<input autofocus onfocus=alert(1)><video><source onerror=alert(1)></video>",
    "<p style='animation:x' onanimationstart=alert(1)>x</p><style>*{color:red}</style>",
    "<a href=http://x.org/ onmouseover=alert(1) style=position:fixed;inset:0>x</a>",
    "<b id=respond name=token class=moderation data-hx-get=/x hx-on:load=alert(1)>x</b>",
]
BREAKOUTS = [
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)' x='",
    "` onerror=`alert(1)`",
    '"/><svg onload="alert(1)',
    "--><img src=x onerror=alert(1)><!--",
    "]]><script>alert(1)</script><![CDATA[",
    f"</textarea>{XSS}",
    f"</title>{XSS}",
    "</script><script>alert(1)</script>",
    '","x":"</script><script>alert(1)</script>',
    '{"@context":"https://schema.org","x":"\\u003cscript>alert(1)\\u003c/script>"}',
    f"</p></div></article></li></ol></main></body></html>{XSS}",
    f"</content></entry></feed>{XSS}",
]
ADDRESSES = [
    "[x](javascript:alert(1))",
    "[x](javascript:123)",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](&#x6A;avascript&#58;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](//127.0.0.1:9/x)",
    "[x](\\\\127.0.0.1:9\\x)",
    '[x](http://x.org/"onmouseover="alert(1))',
    "[x](http://x.org/'><script>alert(1)</script>)",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)",
    "<javascript:alert(1)> <data:text/html,x>",
    '<a href="  java&Tab;script&NewLine;:alert(1)">x</a>',
    '<a href="javascript\u200b:alert(1)" title="&quot; onclick=alert(1)">x</a>',
    "javascript:alert(1)//http://x.org",
    "http://x.org/\"onmouseover='alert(1)'",
    "javascript://x.org/%0aalert(1)",
    "https://x.org@127.0.0.1:9/\u202egpj.exe",
]
MUTANTS = [
    f"<svg></p><style><a title='</style>{XSS}'>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;{XSS}'>",
    f"<noscript><p title='</noscript>{XSS}'>",
    f"<template><s><template><s>{XSS}</s></template>",
    f"<svg><title><![CDATA[</title>{XSS}]]>",
    f"<textarea><b title='</textarea>{XSS}'>",
    f"<xmp><p title='</xmp>{XSS}'>",
    f"<form><math><mtext></form><form><mglyph><style></math>{XSS}",
    f"<select><template><style><!--</style><a rel='--></style></select>{XSS}'>",
    f"<table><a href=http://x.org/><tr><td>{XSS}</a>",
    "<a title='`<`'>`</a><b title='`'>` *<a href='*javascript:alert(1)'>*",
    f"`<code>` ``{XSS}`` ```\n{XSS}\n```",
    f"> <div>\n> - {XSS}\n\n</blockquote>{XSS}",
    "*[**<b onclick=alert(1)>*](http://x.org/_<i>_)**",
    "\ufdd0script\ufdd1alert(1)\ufdd0/script\ufdd1",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03 STX60ETX",
]
LETTERS = [
    "{{ 7|add:7 }} {% load x %}{# x #} ${7*7} #{7*7} <%= 7*7 %> %s %(x)s {0}",
    "Bcc: eve@example.net\r\nSubject: x\r\n\r\nBody",
    "x%0d%0aSet-Cookie:x=1\u2028\u2029\x85x",
    "\r\n.\r\n-- \r\n* * *\n\nFrom eve",
    "\u202eevil\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "Z\u0351\u036b\u0343\u032a\u0302" * 30,
    "\u0041\u030a \ufeff\u200b\u00ad\u2060\u3164 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\x00<\x00script\x00>alert(1)</\x00script>",
    "\ud800<script>alert(1)</script>\udfff",
    "\uffff\ufffe\ufdd0\U0001ffff\x0b\x0c\x1b[31m",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &#0; &#xD800; &#60;b&#62; &bogus;",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e \u2039script\u203a",
    "W" * 5000,
    "'; DROP TABLE comments_comment; -- \" OR 1=1 /* \\'",
    "../../etc/passwd\\..\\x %2e%2e%2f ~root C:\\x",
    "\U000e0001\U000e0041 \u115f\u1160 \u2800",
]
OURS = ELEMENTS + BREAKOUTS + ADDRESSES + MUTANTS + LETTERS


def of_others() -> list[str]:
    """What `../shared/data` holds, but for the Markdown of a specification; [] without it."""
    if not DATA.is_dir():
        return []
    found = [vector for path in sorted(DATA.glob("xss/*/*.dat")) for vector in read(path)]
    found += [path.read_text() for path in sorted(DATA.glob("xss/bleach/data/*.test"))]
    return [*found, *read(DATA / "naughty" / "blns" / "blns.json"), *addresses()]


def addresses() -> list[str]:
    """The e-mail addresses of isemail, whose control characters are written as symbols."""
    tests = ET.parse(DATA / "naughty" / "isemail" / "tests.xml").getroot()  # noqa: S314 (ours)
    typed = (test.findtext("address") or "" for test in tests.iter("test"))
    return [re.sub("[\u2400-\u241f]", lambda c: chr(ord(c[0]) - 0x2400), text) for text in typed]


def specification() -> list[str]:
    if not DATA.is_dir():
        return []
    examples = json.loads((DATA / "markdown" / "commonmark" / "spec.json").read_text())
    return [example["markdown"] for example in examples]


def read(path: Path) -> list[str]:
    """A JSON list of strings, or of objects that hold some; or one vector a line."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    if path.suffix == ".dat":  # JSON of a kind: some commas are too many
        found = re.findall(r'"input": (".*"),?$', text, re.MULTILINE)
        return [json.loads(vector) for vector in found]
    if path.suffix == ".json":
        values = (v.values() if isinstance(v, dict) else [v] for v in json.loads(text))
        return [vector for some in values for vector in some if isinstance(vector, str)]
    return [line for line in text.split("\n") if line]
