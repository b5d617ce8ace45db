"""What a page of a thread costs at any size: rows, queries, time and plan.

    python benchmarks/thread_pages.py --comments 100000 --shape roots

Fills an empty database: SQLite in a new folder, the one that DATABASE_URL names, or with
--postgres a PostgreSQL of its own. Fails where a page costs more than the budget allows.
"""

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import namedtuple
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import batched
from pathlib import Path

ROWS, QUERIES = 101, 6
SMALL = 100
CHAIN = 500
SHAPES = {
    "roots": lambda n: None,
    "replies": lambda n: 0 if n else None,
    "chains": lambda n: n - 1 if n % CHAIN else None,
}
PLANNED = 10_000  # a planner rightly scans a small table
SCANS = ("SCAN comments_comment", "Seq Scan on comments_comment")
SORTS = ("TEMP B-TREE", "Sort  ")  # of the rows; the ancestors of the first are nine at most

Cost = namedtuple("Cost", "rows queries plans")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--shape", choices=SHAPES, default="roots")
    parser.add_argument("--repeat", type=int, default=15, help="times that each page is got")
    parser.add_argument("--plans", action="store_true", help="print every plan")
    parser.add_argument("--postgres", action="store_true", help="start one for this run")
    return parser.parse_args()


def start(postgres: bool) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="afterword-benchmark-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sitecore.settings")
    if postgres:
        import_module("tests.postgres")  # starts it and sets DATABASE_URL

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    settings.STATIC_ROOT = Path(os.environ["DATA_DIR"]) / "static"
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    if has_posts():
        sys.exit("This database has posts in it. The benchmark wants an empty one.")


def has_posts() -> bool:
    from posts.models import Post

    return Post.objects.exists()


def fill(size: int, shape: str, first_id: int):
    """A post with `size` comments in this shape."""
    from comments.models import Comment, Thread
    from posts.models import Post

    post = Post.objects.create(
        title=f"{shape} {size}", slug=f"{shape}-{size}", body="A post.", status="published"
    )
    Thread.objects.create(post=post, count=size)
    for batch in batched(comments(post, size, SHAPES[shape], first_id), 2000, strict=False):
        Comment.objects.bulk_create(batch)
    return post


def comments(post, size, parent_of, first_id):
    from comments import thread
    from comments.models import Comment

    began = datetime(2020, 1, 1, tzinfo=UTC)
    body = "Somebody has read this and has something to say about it. " * 5
    same = {"body": body, "body_html": f"<p>{body}</p>"}
    same |= {"status": "approved", "shown": True, "cleared_by": "import"}
    first = previous = None
    for n in range(size):
        at, pk = began + timedelta(minutes=n), first_id + n
        parent = {None: None, 0: first}.get(parent_of(n), previous)
        place = thread.place(parent, at, pk)
        comment = Comment(pk=pk, post=post, parent_id=parent and parent.pk, **vars(place), **same)
        comment.created_at = comment.published_at = comment.status_at = comment.cleared_at = at
        comment.author_name = f"Reader {n}"
        first, previous = first or comment, comment
        yield comment


@contextmanager
def counted(cost):
    """Counts queries, and the rows that the largest of them fetches; keeps what to explain."""
    from django.db import connection
    from django.db.backends.utils import CursorWrapper

    class Counting(CursorWrapper):
        def execute(self, sql, params=None):
            cost["queries"].append((sql, params))
            cost["rows"].append(0)
            return super().execute(sql, params)

        def fetchone(self):
            return self._count([self.cursor.fetchone()])[0]

        def fetchmany(self, size):
            return self._count(self.cursor.fetchmany(size))

        def fetchall(self):
            return self._count(self.cursor.fetchall())

        def _count(self, rows):
            cost["rows"][-1] += len([row for row in rows if row is not None])
            return rows

    connection.ensure_connection()
    connection.make_cursor = lambda cursor: Counting(cursor, connection)
    try:
        yield
    finally:
        del connection.make_cursor


def measure(act) -> Cost:
    act()
    cost = {"queries": [], "rows": []}
    with counted(cost):
        act()
    plans = {sql: explain(sql, with_) for sql, with_ in cost["queries"] if is_of_many(sql)}
    return Cost(max(cost["rows"]), len(cost["queries"]), plans)


def timed(repeat: int, *acts) -> list[float]:
    """Medians in ms. By turns, so that whatever else the machine does befalls all alike."""
    times = [[] for _ in acts]
    for _ in range(repeat):
        for act, measured in zip(acts, times, strict=True):
            began = time.perf_counter()
            act()
            measured.append((time.perf_counter() - began) * 1000)
    return [statistics.median(measured) for measured in times]


def is_of_many(sql) -> bool:
    """Whether a query reads comments, and not only one of them by its id."""
    return "comments_comment" in sql and '"comments_comment"."id" = %s' not in sql


def explain(sql, params) -> str:
    from django.db import connection

    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {sql}", params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def pages(post):
    """Each kind of page: its name, the thread read by itself, the page got over HTTP."""
    from django.test import Client

    from comments import thread

    client, url = Client(SERVER_NAME="localhost"), post.get_absolute_url()

    def get(url, status):
        response = client.get(url)
        assert response.status_code == status, (url, response.status_code)  # noqa: S101 - a benchmark that measures an error page is none

    for order in ("oldest", "newest"):
        for kind, start in (("first", None), ("middle", middle(post, order)), ("last", "last")):
            query = f"?order={order}" + (f"&from={start}" if start else "")
            yield (
                f"{order} first, {kind} page",
                lambda order=order, start=start: thread.page(post, order=order, start=start),
                lambda query=query: get(url + query, 200),
            )
    pk = middle(post, "oldest")
    comment = post.comments.get(pk=pk)
    locate, permalink = lambda: thread.locate(comment), lambda: get(f"/comments/{pk}/", 303)
    yield "permalink", locate, permalink


def middle(post, order) -> int:
    """Where a page in the middle begins; early enough that a small thread fills it too."""
    from comments import thread

    rows = post.comments.shown().order_by(thread.sort_key(order)).values_list("pk", flat=True)
    return rows[min(post.thread.count // 2, post.thread.count - 100)]


def main() -> int:
    options = arguments()
    start(options.postgres)
    from django.db import connection

    began = time.perf_counter()
    large = fill(options.comments, options.shape, 1)
    small = fill(SMALL, options.shape, options.comments + 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds = time.perf_counter() - began
    print(
        f"{database()}: {options.comments:,} comments, {options.shape}; filled in {seconds:.0f} s."
    )
    print(f"Ratios: to a thread of {SMALL}. Times: medians of {options.repeat}.\n")
    print("                            thread alone                whole page")
    print("page                        ms     ratio    rows        ms  ratio    rows  queries")
    wrong = []
    for (name, *acts), (_, *small_acts) in zip(pages(large), pages(small), strict=True):
        alone, whole, *_ = [measure(act) for act in (*acts, *small_acts)]
        ms = timed(options.repeat, *acts, *small_acts)
        print(
            f"{name:25}{ms[0]:6.2f}{ms[0] / ms[2]:9.2f}{alone.rows:8}"
            f"{ms[1]:11.1f}{ms[1] / ms[3]:7.2f}{whole.rows:8}{whole.queries:9}"
        )
        wrong += [f"{name}: {problem}" for problem in problems(whole, options.comments)]
        if options.plans:
            print("\n".join(f"    {plan}" for plan in whole.plans.values()))
    print("\n" + ("\n".join(wrong) or "Within the budget: no scan, no sort."))
    return 1 if wrong else 0


def database() -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {connection.Database.sqlite_version}"
    return "PostgreSQL {}.{}".format(*divmod(connection.pg_version, 10_000))


def problems(cost: Cost, size: int):
    if cost.rows > ROWS:
        yield f"{cost.rows} rows"
    if cost.queries > QUERIES:
        yield f"{cost.queries} queries"
    if size >= PLANNED:
        for sql, plan in cost.plans.items():
            bad = SCANS + SORTS if f"LIMIT {ROWS}" in sql else SCANS
            yield from (f"{word} in\n{plan}" for word in bad if word in plan)


if __name__ == "__main__":
    sys.exit(main())
