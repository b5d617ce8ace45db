"""What a hostile text has added to a page: nothing, but for what a dialect allows in its place.

A page is parsed as a browser parses it (html5lib, with scripting), written anew, and parsed again
without scripting: both trees must agree. Its elements and attributes must be those of a page
written with harmless words. Where rendered text stands, only the dialect's elements may.
"""

import re
from functools import cache

import html5lib

COMMENT = {
    **dict.fromkeys(["p", "br", "em", "strong", "blockquote", "ul", "ol", "li", "pre"], ()),
    "a": ("href", "rel"),
    "code": ("class",),
}
WITHOUT_ATTRIBUTES = """
    b blockquote br caption cite dd del details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr
    i ins kbd li mark p pre q s samp small span strong sub summary sup table tbody tfoot thead tr u
    ul var
"""
POST = {
    **dict.fromkeys(WITHOUT_ATTRIBUTES.split(), ()),
    "a": ("href", "title"),
    "abbr": ("title",),
    "code": ("class",),
    "img": ("src", "alt", "width", "height", "loading"),
    "ol": ("start",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "time": ("datetime",),
}
PLAIN = {"p": (), "br": (), "blockquote": ()}
KEPT = {"class", "type", "name", "rel", "method", "role", "http-equiv", "src", "style", "tabindex"}
LINKS = {"href", "src", "action", "formaction", "data", "poster", "cite"}
SCHEME = re.compile("[a-z][a-z0-9+.-]*")
IGNORED = dict.fromkeys([*range(0x21), *range(0x7F, 0xA1), 0x200B, 0x200E, 0x200F, 0xFEFF])


def parse(html: str, *, scripting: bool = True):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parse(html, scripting=scripting)


def parse_fragment(html: str, *, scripting: bool = True):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parseFragment(html, container="div", scripting=scripting)


def written(tree) -> str:
    return html5lib.serialize(
        tree, omit_optional_tags=False, quote_attr_values="always", alphabetical_attributes=True
    )


def flat(tree) -> list:
    """The elements in order. A carriage return may be read as a line's end: it is one."""
    texts = ((e, (e.text or "").split("\r"), (e.tail or "").split("\r")) for e in tree.iter())
    return [(e.tag, attributes(e), "\n".join(text), "\n".join(tail)) for e, text, tail in texts]


def attributes(element) -> list:
    """Sorted, and xlink:href as href: html5lib cannot write it in any other way."""
    return sorted((name.rpartition("}")[2], value) for name, value in element.items())


def fragment(html: str, dialect: dict) -> list[str]:
    """The faults of rendered text: what the dialect does not know, or no two parses agree on."""
    tree = parse_fragment(html)
    again = parse_fragment(written(tree), scripting=False)
    faults = [] if flat(tree) == flat(again) else ["two parses differ"]
    return faults + list(foreign(tree, dialect))


def foreign(root, dialect: dict):
    """Elements, attributes and addresses below this element that its dialect does not hold."""
    for element in list(root.iter())[1:]:
        if element.tag not in dialect:
            yield f"<{element.tag}>"
        for name, value in element.items():
            if name not in dialect.get(element.tag, ()):
                yield f"<{element.tag} {name}>"
            elif name in LINKS and not leads_to_a_page(value, mail=dialect is POST):
                yield f"<{element.tag} {name}={value[:40]!r}>"
            elif name == "class" and not value.startswith("language-"):
                yield f"class {value!r}"
            elif name == "src" and not value.startswith("/"):
                yield f"src {value!r}"


def leads_to_a_page(url: str, *, mail: bool = False) -> bool:
    """Whether the scheme that a browser finds is http(s); `mail`: or mailto, or none."""
    scheme, colon, _ = url.translate(IGNORED).lower().partition(":")
    if not colon or not SCHEME.fullmatch(scheme):
        return mail
    return scheme in (("http", "https", "mailto") if mail else ("http", "https"))


def skeleton(tree, places: dict) -> tuple[list, list[str]]:
    """The elements of a page, with the ids passed on the way, and the faults in its places.

    `places` says where rendered text stands, as (element, class), and in which dialect.
    """
    found, faults = [], []

    def walk(element, near):
        near = element.get("id") or near
        found.append((near, outline(element)))
        faults.extend(
            f"{near}: {name}={value[:40]!r}"
            for name, value in element.items()
            if (name in LINKS and not leads_to_a_page(value, mail=True)) or name.startswith("on")
        )
        dialect = places.get((element.tag, element.get("class", "")))
        if dialect is not None:
            faults.extend(f"{near}: {fault}" for fault in foreign(element, dialect))
            return
        for child in element:
            walk(child, near)

    walk(tree, "")
    return found, faults


@cache
def outlines(harmless: str, places: tuple) -> list[tuple]:
    """The elements of a page that is known to be as it should be."""
    found, _ = skeleton(parse(harmless), {place: {} for place in places})
    return [element for _, element in found]


def outline(element) -> tuple:
    kept = ((name, value if name in KEPT else "") for name, value in attributes(element))
    return element.tag if isinstance(element.tag, str) else "<!-- -->", tuple(kept)


def page(html: str, harmless: str, places: dict) -> list[str]:
    """The faults of a page, measured by the same page written with harmless words.

    Where no rendered text stands, nothing could read otherwise the second time.
    """
    tree = parse(html)
    (found, faults), wanted = skeleton(tree, places), outlines(harmless, tuple(places))
    if places and flat(tree) != flat(parse(written(tree), scripting=False)):
        faults.append("two parses differ")
    for (near, element), other in zip(found, wanted, strict=False):
        if element != other:
            return [*faults, f"{near}: {element} where {other} was expected"]
    if len(found) != len(wanted):
        faults.append(f"{len(found)} elements where {len(wanted)} were expected")
    return faults
