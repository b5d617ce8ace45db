"""The site's own rules that make a comment wait for a person, whatever the spam check says."""

import time
import unicodedata

from django.contrib.auth import get_user_model

from comments import markup, tokens
from comments.forms import ReplyForm
from comments.models import Comment, Discussion
from posts.models import Site

TOO_FAST = 3  # seconds between reading the form and sending it

# Letters of other scripts, and digits, that look like Latin letters; i and l look alike too.
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝгкмтвнαορνυικτβηχ0135|i",  # noqa: RUF001 - look-alikes are the point
    "aeopcyxljshdqwrkmtbhaopvulktbnxolesll",
)


def rules_broken(comment: Comment, form: ReplyForm, site: Site) -> list[dict]:
    """The rules that hold this comment, as data for its history: names, never what was typed."""
    found = []
    links = markup.count_links(markup.render(comment.body))
    if links >= Discussion.objects.of(site).hold_links:
        found.append({"rule": "links", "count": links})
    if form.cleaned_data["subject"]:
        found.append({"rule": "honeypot"})
    # A form of the future was made before somebody set the clock back: nothing is known about it.
    if 0 <= time.time() - tokens.issued_at(form.cleaned_data["token"]) < TOO_FAST:
        found.append({"rule": "fast"})
    if comment.author is None:
        found += [{"rule": "staff", "field": field} for field in _taken_fields(comment)]
    return found


def fold(name: str) -> str:
    """A name as the eye reads it: without case, accents, spaces and look-alike letters."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in letters if c.isalnum() or c == "|").translate(LOOK_ALIKES)


def _taken_fields(comment) -> list[str]:
    """Which of name and e-mail belong to a member of staff."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True)
    names, emails = set(), set()
    for user in staff:
        names |= {fold(user.username), fold(user.get_full_name())}
        emails |= {fold(user.email)}
    taken = {
        "author_name": fold(comment.author_name) in names - {""},
        "author_email": fold(comment.author_email) in emails - {""},
    }
    return [field for field, is_taken in taken.items() if is_taken]
