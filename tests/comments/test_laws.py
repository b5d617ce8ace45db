"""What holds of a thread whatever happens to it, in whatever order.

A plain tree in Python says what must be; the app does the same with rows.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice

import pytest
import time_machine
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from comments import moderation, recount, retention, thread
from comments.models import Comment, Discussion, Purged, Submission, Thread
from comments.spam import Verdict

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = timedelta(days=31)  # past every time of retention
ORDERS = ("oldest", "newest")
PAGE = 3
STATUSES = st.sampled_from(["pending", "approved", "spam", "trash"])
BODIES = st.sampled_from(["One", "Two", "*Three*"])
# Before the comment that came last: many come at once, and clocks are set back.
MOMENTS = st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(hours=1)])
ANSWERS = st.sampled_from(
    [Verdict(result) for result in ("ham", "spam", "discard", "error")]
    + [Verdict("provisional", recheck_after=60)]
)
CHAINS = st.lists(STATUSES, max_size=4) | st.lists(STATUSES, min_size=11, max_size=13)
SOME = st.integers(0, 99)  # picks one of those that are there
keys = count(1)


@dataclass(eq=False)
class Node:
    """A comment as the laws see it."""

    pk: int
    parent: "Node | None"
    at: datetime
    body: str
    held: bool = False
    staff: bool = False
    status: str = "pending"
    due: bool = True
    since: int = 0  # how often its status has changed
    cleared_by: str = ""
    published_at: datetime | None = None
    replies: list["Node"] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return self.parent.depth + 1 if self.parent else 0

    @property
    def shown(self) -> bool:
        return self.status == "approved" or any(reply.shown for reply in self.replies)

    def below(self) -> list["Node"]:
        return [node for reply in self.replies for node in (reply, *reply.below())]

    def read(self) -> list["Node"]:
        """Itself and its replies as they are read; under a 9th ancestor by time alone."""
        if self.depth >= 8:
            return [self, *by_time(self.below())]
        return [self, *(node for reply in by_time(self.replies) for node in reply.read())]

    def turn(self, to: str, by: str, now: datetime) -> None:
        self.status, self.due, self.since = to, False, self.since + 1
        self.cleared_by = by if to == "approved" else ""
        if to == "approved":
            self.published_at = self.published_at or now

    def row(self) -> tuple:
        parent = self.parent and self.parent.pk
        state = (self.status, self.shown, self.due, self.cleared_by, self.published_at)
        return self.pk, parent, self.depth, self.body, *state


def by_time(nodes) -> list[Node]:
    return sorted(nodes, key=lambda node: (node.at, node.pk % 4096))


class Laws(RuleBasedStateMachine):
    def __init__(self, post, alma):
        super().__init__()
        self.post, self.alma, self.now = post, alma, NOON
        self.nodes: dict[int, Node] = {}
        self.looks: list[tuple[Comment, tuple]] = []
        self.purged: dict[int, bool] = {}  # by id: whether it had been public
        self.version, self.seen, self.lines = 0, [], {}
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.clock = time_machine.travel(self.now, tick=False)
        self.coordinates = self.clock.start()

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # What may happen

    @initialize(statuses=CHAINS, crowd=st.lists(MOMENTS, max_size=3))
    def a_chain_and_a_crowd(self, statuses, crowd):
        """Many a run begins deeper than paths go, or with many at once."""
        for ago in crowd:
            root = self._receive(None, "One", self._before(ago), held=False, staff=False)
            self._move(root, "approved")
        parent = None
        for status in statuses:
            waits = status == "pending"
            parent = self._receive(parent, "One", self.now, held=waits, staff=False)
            if status == "approved":
                self._answer(self._look(parent), Verdict("ham"))
            else:
                self._move(parent, status)

    @rule(which=SOME, root=st.booleans(), body=BODIES, ago=MOMENTS, held=st.booleans())
    def receive(self, which, root, body, ago, held):
        parent = None if root else self._one(which)
        self._receive(parent, body, self._before(ago), held=held, staff=not which % 5)

    @precondition(lambda self: self._deep())
    @rule(which=SOME, ago=MOMENTS)
    def answer_where_paths_end(self, which, ago):
        parent = self._one(which, self._deep())
        self._move(
            self._receive(parent, "Deep", self._before(ago), held=False, staff=False), "approved"
        )

    @rule(which=SOME, root=st.booleans(), status=STATUSES, ago=MOMENTS)
    def restore(self, which, root, status, ago):
        parent = None if root else self._one(which)
        comment = self._comment(parent, "Imported", self._before(ago))
        moderation.restore(comment, status)
        node = self._node(comment, parent, due=False)
        if status != "pending":
            node.turn(status, "import", node.at)

    @precondition(lambda self: self.nodes)
    @rule(which=SOME, to=STATUSES)
    def move(self, which, to):
        self._move(self._one(which), to)

    @precondition(lambda self: self._stones())
    @rule(which=SOME, to=STATUSES)
    def move_a_stone(self, which, to):
        self._move(self._one(which, self._stones()), to)

    @precondition(lambda self: self._pending())
    @rule(which=SOME, verdict=ANSWERS)
    def check(self, which, verdict):
        self._answer(self._look(self._one(which, self._pending())), verdict)

    @precondition(lambda self: self._pending())
    @rule(which=SOME, body=BODIES, moves=st.lists(STATUSES, max_size=2), verdict=ANSWERS)
    def overtake(self, which, body, moves, verdict):
        """While it is checked somebody edits it, moves it, or moves it there and back."""
        node = self._one(which, self._pending())
        look = self._look(node)
        if not moves:
            self._edit(node, body)
        for status in [*moves, "pending"] if len(moves) == 1 else moves:
            self._move(node, status)
        self._answer(look, verdict)

    @precondition(lambda self: self.nodes)
    @rule(which=SOME)
    def read(self, which):
        """A comment is read to be checked; the answer comes later."""
        self.looks.append(self._look(self._one(which)))

    @precondition(lambda self: self.looks)
    @rule(which=SOME, verdict=ANSWERS)
    def answer_late(self, which, verdict):
        self._tick()
        self._answer(self.looks[which % len(self.looks)], verdict)

    @precondition(lambda self: self.nodes)
    @rule(which=SOME)
    def check_again(self, which):
        node = self._one(which)
        assert moderation.check_again(self._get(node), self.alma) == (node.status == "pending")
        node.due = node.due or node.status == "pending"

    @precondition(lambda self: self.nodes)
    @rule(which=SOME, body=BODIES, public=st.booleans())
    def edit(self, which, body, public):
        approved = [node for node in self.nodes.values() if node.status == "approved"]
        self._edit(self._one(which, approved if public else None), body)

    @precondition(lambda self: self.nodes)
    @rule(which=SOME)
    def purge(self, which):
        node = self._one(which)
        moderation.purge(self._get(node))
        self._purged(node)

    @rule()
    def expire(self):
        Discussion.objects.update(spam_opened_at=self.now + LATER)
        passes = iter(lambda: retention.run(self.now + LATER), 0)
        assert len(list(islice(passes, 100))) < 100
        gone = [node for node in self.nodes.values() if node.status in ("spam", "trash")]
        for node in sorted(gone, key=lambda node: -node.depth):
            self._purged(node)
        assert not Submission.objects.exists()

    # What holds after each

    @invariant()
    def every_row_is_what_the_laws_say(self):
        names = ("pk", "parent", "depth", "body", "status", "shown", "check_at", "cleared_by")
        rows = Comment.objects.values_list(*names, "published_at")
        found = {row[0]: (*row[:6], row[6] is not None, *row[7:]) for row in rows}
        assert found == {node.pk: node.row() for node in self.nodes.values()}

    @invariant()
    def readers_find_what_is_shown(self):
        lines = {order: self._read(order) for order in ORDERS}
        if lines == self.lines:
            return
        self.lines = lines
        for order, line in lines.items():
            assert [pk for page in self._pages(order) for pk in page] == line
            for pk in line[:: max(1, len(line) // 3)]:
                self._has_a_permalink(pk, order)

    @invariant()
    def counts_are_right_and_what_changes_for_readers_is_a_new_version(self):
        found = Thread.objects.filter(post=self.post).first()
        if found is None:
            return
        approved = [node for node in self.nodes.values() if node.status == "approved"]
        seen = [(n.pk, n.body, n.status) for n in map(self.nodes.get, self._read("oldest"))]
        assert found.count == len(approved)
        assert found.version > self.version if seen != self.seen else found.version >= self.version
        self.version, self.seen = found.version, seen

    @invariant()
    def what_was_public_leaves_its_number_and_nothing_else_does(self):
        public = {pk for pk, was_public in self.purged.items() if was_public}
        assert set(Purged.objects.values_list("pk", flat=True)) == public

    @invariant()
    def recount_finds_nothing(self):
        assert list(recount.run(mend=False)) == []

    # How it is done

    def _stones(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.shown and node.status != "approved"]

    def _pending(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.status == "pending"]

    def _one(self, which, nodes=None) -> Node | None:
        nodes = nodes or list(self.nodes.values())
        self._tick()
        return nodes[which % len(nodes)] if nodes else None

    def _tick(self):
        self.now += timedelta(seconds=1)
        self.coordinates.move_to(self.now)

    def _get(self, node) -> Comment:
        return Comment.objects.select_related("post").get(pk=node.pk)

    def _comment(self, parent, body, at) -> Comment:
        fields = {"author_name": "Bo", "body": body, "created_at": at}
        return Comment(post=self.post, parent=parent and self._get(parent), **fields)

    def _node(self, comment, parent, **fields) -> Node:
        node = Node(comment.pk, parent, comment.created_at, comment.body, **fields)
        self.nodes[node.pk] = node
        if parent:
            parent.replies.append(node)
        return node

    def _deep(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.depth >= 8]

    def _before(self, ago) -> datetime:
        last = list(self.nodes.values())[-1:]
        return (last[0].at if last else self.now) - ago

    def _receive(self, parent, body, at, *, held, staff) -> Node:
        comment = self._comment(parent, body, None)
        comment.author = self.alma if staff else None
        self.coordinates.move_to(at)
        holds = [{"rule": "links", "count": 4}] if held else []
        moderation.receive(comment, Submission(key=f"law {next(keys)}"), holds)
        self._tick()
        return self._node(comment, parent, held=held, staff=staff)

    def _move(self, node, to):
        self._tick()
        moves = node.status != to and (node.body or to != "approved")
        assert moderation.move(self._get(node), to, self.alma) == bool(moves)
        if moves:
            node.turn(to, "moderator", self.now)

    def _edit(self, node, body):
        moderation.edit(self._get(node), body, self.alma)
        if node.body not in (body, ""):
            node.body = body
            node.cleared_by = "moderator" if node.status == "approved" else ""

    def _look(self, node) -> tuple[Comment, tuple]:
        return self._get(node), (node.pk, node.body, node.since)

    def _answer(self, look, verdict):
        comment, (pk, body, since) = look
        moderation.decide(comment, verdict)
        node = self.nodes.get(pk)
        if node and (node.status, node.body, node.since) == ("pending", body, since):
            self._answered(node, verdict.result)

    def _answered(self, node, result):
        if result == "ham" and (node.staff or not node.held):
            node.turn("approved", "check", self.now)
        elif result != "ham" and node.staff:
            node.turn("approved", "moderator", self.now)
        elif result in ("spam", "discard"):
            node.turn("spam", "", self.now)
        else:
            node.due = result != "ham"

    def _purged(self, node):
        if node.replies:
            node.body, node.staff = "", False
            if node.status in ("approved", "pending"):
                node.turn("trash", "", self.now)
            return
        del self.nodes[node.pk]
        self.purged[node.pk] = node.published_at is not None
        if node.parent:
            node.parent.replies.remove(node)

    def _read(self, order) -> list[int]:
        roots = by_time(node for node in self.nodes.values() if node.parent is None)
        roots = roots if order == "oldest" else roots[::-1]
        return [node.pk for root in roots for node in root.read() if node.shown]

    def _has_a_permalink(self, pk, order):
        start = thread.locate(Comment.objects.get(pk=pk), order)
        page = thread.page(self.post, order=order, start=start)
        assert pk in [row.comment.pk for row in page.rows if not row.is_above]

    def _pages(self, order):
        start = None
        for _ in range(len(self.nodes) // PAGE + 1):
            page = thread.page(self.post, order=order, start=start)
            yield [row.comment.pk for row in page.rows if not row.is_above]
            start = page.next
            if start is None:
                return
        raise AssertionError("The pages have no end.")


def test_the_laws_of_a_thread_hold_whatever_happens(post, alma, monkeypatch):
    monkeypatch.setattr(thread, "PAGE", PAGE)
    often = settings(max_examples=50, stateful_step_count=15, deadline=None, derandomize=True)
    run(lambda: Laws(post, alma), settings=often)


@pytest.mark.parametrize(("was", "status"), [("approved", 410), ("pending", 404)])
def test_the_address_of_what_was_purged_is_gone_if_it_was_public(client, write, was, status):
    comment = write(status=was)
    moderation.purge(comment)
    assert client.get(f"/comments/{comment.pk}/").status_code == status
