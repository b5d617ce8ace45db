"""The law of conservation: whatever happened, this is true of a site at rest."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from tests import program
from tests.drills.crowd import MARK, POST, Crowd, ask
from tests.drills.site import Site

NEXT = re.compile(r'<a rel="next" href="([^"#]+)')
COMMENTS = """
    SELECT id, body, author_name, author_url, status, shown, cleared_by, cleared_at, check_at
    FROM comments_comment WHERE body LIKE 'drill-%'
"""
HAM = "SELECT comment_id, text_hash FROM comments_spamcheck WHERE result = 'ham'"
NOTICES = "SELECT recipient, comment_id FROM comments_notice WHERE kind = 'waiting'"
UNFINISHED = """
    SELECT count(*) FROM comments_comment WHERE status = 'pending' AND check_at IS NOT NULL
"""
ENDS = {"ham": ("approved", True), "spam": ("spam", False), "held": ("pending", False)}
"""Where a comment must have come to, and whether it is shown."""


@dataclass
class Finding:
    acknowledged: int = 0
    present: int = 0
    doubled: int = 0
    unchecked: int = 0
    broken: list[str] = field(default_factory=list)

    def require(self, fact, sentence: str):
        if not fact:
            self.broken.append(sentence)


def is_finished(site: Site) -> bool:
    """Whether nothing waits for a check any more."""
    return site.rows(UNFINISHED) == [(0,)]


def judge(site: Site, crowd: Crowd) -> Finding:
    rows = [Row(*row) for row in site.rows(COMMENTS)]
    finding = Finding()
    _present(finding, crowd, rows)
    _checked(finding, crowd, rows, site)
    _done(finding, crowd, rows, site)
    _public(finding, rows, site)
    odd = {status: n for status, n in crowd.answers.items() if status not in (0, 303, 503)}
    finding.require(not odd, f"writers were answered {odd}")
    odd = {status: n for status, n in crowd.reads.items() if status not in (0, 200, 503)}
    finding.require(not odd, f"readers were answered {odd}")
    return finding


@dataclass
class Row:
    id: int
    body: str
    name: str
    url: str
    status: str
    shown: bool
    cleared_by: str
    cleared_at: object
    check_at: object

    @property
    def text_hash(self) -> str:
        """As a check's: of what it is about."""
        return hashlib.sha256("\0".join((self.name, self.url, self.body)).encode()).hexdigest()


def _present(finding, crowd, rows):
    stored = Counter(row.body for row in rows)
    acknowledged = [words for words in crowd.words if words.acknowledged]
    finding.acknowledged = len(acknowledged)
    finding.present = sum(1 for words in acknowledged if stored[words.body])
    finding.doubled = sum(1 for count in stored.values() if count > 1)
    finding.require(finding.present == finding.acknowledged, "an acknowledged comment is lost")
    finding.require(not finding.doubled, "a comment is there twice")
    finding.require(stored.keys() <= {words.body for words in crowd.words}, "nobody wrote this")


def _checked(finding, crowd, rows, site):
    """Said by the site's own books, by the check itself, and by what readers have seen."""
    ham = set(site.rows(HAM))
    public = [row for row in rows if row.status == "approved" or row.shown]
    unchecked = {row.body for row in public if not (row.cleared_by == "check" and row.cleared_at)}
    unchecked |= {row.body for row in public if (row.id, row.text_hash) not in ham}
    unchecked |= {row.body for row in public if row.body not in crowd.cleared}
    finding.unchecked = len({MARK.match(body)[0] for body in unchecked} | crowd.unchecked)
    finding.require(not finding.unchecked, "something unchecked was public")


def _done(finding, crowd, rows, site):
    kinds = {words.body: words.kind for words in crowd.words}
    undone = [row.id for row in rows if (row.status, bool(row.shown)) != ENDS[kinds[row.body]]]
    finding.require(not undone, f"not what they should have become: {undone[:5]}")
    finding.require(is_finished(site), "checks are still due")
    moderators = site.variables["MODERATORS_EMAIL"].split(",")
    held = {row.id for row in rows if kinds[row.body] == "held"}
    owed = {(moderator, id): 1 for moderator in moderators for id in held}
    finding.require(Counter(site.rows(NOTICES)) == owed, "not one notice for each that waits")
    recount = program.run("recount", "--check", **site.variables)
    finding.require(recount.returncode == 0, recount.output)


def _public(finding, rows, site):
    """What readers are shown, page by page, is what is approved."""
    approved = {MARK.match(row.body)[0] for row in rows if row.status == "approved"}
    for url in site.urls[:2]:
        seen, page = [], POST
        while page:
            html = ask(url + page).page
            seen += MARK.findall(html)
            page = (found := NEXT.search(html)) and found[1]
        finding.require(sorted(seen) == sorted(approved), "the pages show something else")
