"""Requests made by chance, from addresses that exist."""

from urllib.parse import quote, urlencode

from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from comments.models import Comment

POST = "/posts/on-answering/"


def endpoints(patterns, above="") -> list[str]:
    """One address for each of the patterns, with 1 for whatever it takes."""
    found = []
    for pattern in patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(
                "/" + "".join(p.rpartition(">")[2] for p in route.replace("<", "1<").split("<"))
            )
        else:
            found += endpoints(pattern.url_patterns, route)
    return [path.replace("(?P1", "1").replace("^", "").replace("$", "") for path in found]


TEXT = st.text(max_size=30) | st.sampled_from(
    ["\x00", "\ud7ff", "' OR 1=1--", "../" * 9, "{{7*7}}"]
)
TARGETS = st.sampled_from(
    sorted({*endpoints(get_resolver().url_patterns), POST, f"{POST}comments/"})
)
NAMES = st.sampled_from(["from", "order", "page", "v", "next", "q", "p", "o", "tab", "e", "body"])
FIELDS = st.sampled_from(["body", "author_name", "author_email", "author_url", "parent", "token"])
METHODS = st.sampled_from(["GET", "HEAD", "POST", "POST", "OPTIONS", "PUT"])
LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
KNOWN = ["cookie", "host", "origin", "referer", "sec_fetch_site", "if_none_match", "content_type"]
SENT = st.dictionaries(st.sampled_from([*KNOWN, "x_forwarded_for", "hx_request", "range"]), LATIN)


@st.composite
def mutated(draw) -> str:
    """A real address, with something put in, left out or asked."""
    path, at = draw(TARGETS), draw(st.integers(0, 40))
    cut = draw(st.integers(0, 2))
    path = path[:at] + quote(draw(TEXT)) + path[at + cut :] if draw(st.booleans()) else path
    query = urlencode(draw(st.lists(st.tuples(NAMES, TEXT), max_size=3)))
    return f"/{path.lstrip('/')}?{query}"


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(METHODS, mutated(), st.dictionaries(FIELDS, TEXT), SENT)
@example("POST", f"{POST}comments/?", {"body": "\ud7ff", "parent": "\u0661"}, {"host": "localhost"})
def test_whatever_is_sent_has_an_answer(ask, write, method, target, fields, headers):
    if not Comment.objects.exists():
        write()
    assert ask(target, method, urlencode(fields).encode(), **headers).status in range(200, 500)
