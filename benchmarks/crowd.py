"""A crowd on one post: 32 people write and 64 read, for minutes.

    python benchmarks/crowd.py --minutes 10
    python benchmarks/crowd.py --minutes 10 --postgres

A real `manage.py serve` on an empty database, a stand-in for Akismet that takes 0.2 s, and people
who pause: a reader opens a page every 4 seconds, a writer sends a comment every 8. First one reader
alone gets the same kinds of pages: the latencies to compare with. Fails where a comment is lost,
doubled or public unchecked, an answer is an error, or the crowd waits five times as long.
"""

import argparse
import gzip
import http.client
import itertools
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

HOME = Path(__file__).resolve().parent.parent
READERS, WRITERS = 64, 32
READER_PAUSE, WRITER_PAUSE = 4.0, 8.0  # seconds, on average
ALONE, RUSH = 30, 20  # seconds
CHECK = 0.2  # seconds that the stand-in takes
RATIO = 5
PATH = "/posts/crowd/"
SPAM_EVERY = 10  # each tenth comment


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--postgres", action="store_true", help="start one for this run")
    return parser.parse_args()


class Site:
    """The program, and what it is asked: latencies by kind, statuses, comments acknowledged."""

    def __init__(self, postgres: bool):
        sys.path.insert(0, str(HOME))
        if postgres:
            import_module("tests.postgres")  # starts it and sets DATABASE_URL
        self.program = import_module("tests.program")
        self.akismet = import_module("tests.standin").StandIn().__enter__()
        self.akismet.always("latency", seconds=CHECK)
        self.port = self.program.free_port()
        os.environ |= {
            "DATA_DIR": tempfile.mkdtemp(prefix="afterword-benchmark-"),
            "DJANGO_SETTINGS_MODULE": "sitecore.settings",
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "BIND": f"127.0.0.1:{self.port}",
            "TRUSTED_PROXIES": "127.0.0.1/32",
            "AKISMET_API_KEY": "a-key-of-the-crowd",
            "AKISMET_BASE_URL": self.akismet.url,
        }
        self.seconds: dict[str, list[float]] = {"read": [], "write": [], "alone": [], "rush": []}
        self.statuses: Counter = Counter()
        self.acknowledged: list[str] = []

    def prepare(self) -> None:
        """A post with a full page of comments."""
        import django

        django.setup()
        import_module("django.conf").settings.STATIC_ROOT = HOME / "staticfiles"
        call = import_module("django.core.management").call_command
        call("collectstatic", interactive=False, verbosity=0)
        call("migrate", interactive=False, verbosity=0)
        post = import_module("posts.models").Post.objects.create(
            title="A crowd", slug="crowd", body="A post.\n\n" * 10, status="published"
        )
        models, moderation = map(import_module, ("comments.models", "comments.moderation"))
        user = import_module("django.contrib.auth").get_user_model()
        alma = user.objects.create_superuser("alma", "alma@example.org", "x")
        for n in range(150):
            comment = models.Comment(post=post, author_name=f"N{n}", body=words(n))
            moderation.receive(comment, models.Submission(key=f"seed {n}"))
            moderation.move(comment, "approved", alma)
        import_module("django.db").connection.close()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=HOME,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.program.wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=30)[1]

    def ask(self, kind: str, method: str, path: str, address: str, body: str = ""):
        headers = {"X-Forwarded-For": address, "Content-Type": "application/x-www-form-urlencoded"}
        headers["Accept-Encoding"] = "gzip"
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
        except OSError as error:
            self.statuses[kind, type(error).__name__] += 1
            return None, b""
        finally:
            connection.close()
        self.seconds[kind].append(time.monotonic() - began)
        self.statuses[kind, answer.status] += 1
        return answer.status, content

    def read(self, kind: str, address: str) -> None:
        """A page as readers mix them: the post itself, pages within it, feeds, single comments."""
        chance = random.random()
        if chance < 0.5:
            path = PATH
        elif chance < 0.7:
            path = f"{PATH}?from={random.randint(1, 150)}"
        elif chance < 0.8:
            path = PATH + "?order=newest"
        elif chance < 0.9:
            path = PATH + "feed/"
        else:
            path = f"/comments/{random.randint(1, 150)}/"
        self.ask(kind, "GET", path, address)

    def write(self, token: str, address: str, n: int) -> None:
        spam = n % SPAM_EVERY == 0
        text = f"Comment number {n}. {words(n)}" + (" spamspam" if spam else "")
        fields = {"author_name": f"Writer {n}", "body": text, "token": token}
        if random.random() < 0.5:
            fields["parent"] = random.randint(1, 150)
        status, _ = self.ask("write", "POST", f"{PATH}comments/", address, urlencode(fields))
        if status == 303:
            self.acknowledged.append(text)

    def memory(self) -> float:
        """MiB of all processes together, each shared page counted once."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                session = int(stat.read_text().rpartition(")")[2].split()[3])
                if session == self.process.pid:
                    total += int(
                        re.search(r"Pss: +(\d+)", (stat.parent / "smaps_rollup").read_text())[1]
                    )
            except OSError:
                continue
        return total / 1024


def words(n: int) -> str:
    return f"Somebody has read this and has something to say about it, for the {n}th time." * 4


def people(site: Site, minutes: float) -> list[float]:
    """Let them read and write for so long; the memory in use, minute by minute."""
    end = time.monotonic() + minutes * 60
    token = re.search(
        rb'name="token"\s+value="([^"]+)"', site.ask("alone", "GET", PATH, "81.2.0.1")[1]
    )
    numbers = itertools.count(1)

    def reader(me):
        time.sleep(random.uniform(0, READER_PAUSE))
        while time.monotonic() < end:
            site.read("read", f"81.3.{me}.1")
            time.sleep(random.expovariate(1 / READER_PAUSE))

    def writer(me):
        time.sleep(random.uniform(0, WRITER_PAUSE))
        for turn in itertools.count():
            if time.monotonic() > end:
                return
            site.write(token[1].decode(), f"81.2.{me}.{turn // 20 % 250}", next(numbers))
            time.sleep(random.expovariate(1 / WRITER_PAUSE))

    threads = [threading.Thread(target=reader, args=(n,)) for n in range(READERS)]
    threads += [threading.Thread(target=writer, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    memory = []
    while time.monotonic() < end:
        time.sleep(min(60, max(end - time.monotonic(), 0.1)))
        memory.append(site.memory())
    for thread in threads:
        thread.join()
    return memory


def rush(site: Site) -> float:
    """A front page sends everybody to one post at once, without a pause; pages a second."""
    end = time.monotonic() + RUSH

    def visitor(me):
        while time.monotonic() < end:
            site.ask("rush", "GET", PATH, f"81.4.{me}.1")

    threads = [threading.Thread(target=visitor, args=(n,)) for n in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(site.seconds["rush"]) / RUSH


def percentiles(seconds: list[float]) -> tuple[float, float, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return cuts[49], cuts[94], cuts[98]


def broken_laws(site: Site):
    """What the database says of the comments that their writers were told had arrived."""
    comment = import_module("comments.models").Comment
    bodies = Counter(comment.objects.exclude(submission=None).values_list("body", flat=True))
    lost = [text for text in site.acknowledged if not bodies[text]]
    doubled = [text for text, times in bodies.items() if times > 1]
    public = comment.objects.filter(status="approved")
    unchecked = public.filter(cleared_by="") | public.filter(body__contains="spamspam")
    waiting = comment.objects.filter(status="pending")
    print(
        f"{len(site.acknowledged)} comments acknowledged, {len(lost)} lost, {len(doubled)} doubled"
    )
    print(f"{unchecked.count()} public unchecked, {waiting.count()} still to be checked")
    if lost or doubled or unchecked.exists() or waiting.exists():
        yield "a comment is lost, doubled, public unchecked, or waits"
    try:
        import_module("django.core.management").call_command("recount", check=True)
    except (Exception, SystemExit) as error:  # whatever it finds is said below
        yield f"recount: {error}"


def broken_promises(site: Site):
    errors = {key: n for key, n in site.statuses.items() if key[1] not in (200, 303)}
    print(f"Answers: {dict(site.statuses)}")
    if errors:
        yield f"answers that are errors: {errors}"
    for kind in ("alone", "read", "write", "rush"):
        middle, most, nearly_all = (part * 1000 for part in percentiles(site.seconds[kind]))
        print(
            f"{kind:6}{len(site.seconds[kind]):7} median {middle:6.0f} ms"
            f"  p95 {most:6.0f} ms  p99 {nearly_all:6.0f} ms"
        )
    ratio = percentiles(site.seconds["read"])[2] / percentiles(site.seconds["alone"])[2]
    print(f"p99 of the readers in the crowd: {ratio:.1f} times that of one alone")
    if ratio > RATIO:
        yield f"readers wait {ratio:.1f} times as long"


def main() -> int:
    options = arguments()
    random.seed(1)
    site = Site(options.postgres)
    site.prepare()
    site.start()
    idle = site.memory()
    end = time.monotonic() + ALONE
    while time.monotonic() < end:
        site.read("alone", "81.2.0.2")
    memory = people(site, options.minutes)
    pages = rush(site)
    time.sleep(5)
    said = site.stop()
    print(f"{'PostgreSQL' if options.postgres else 'SQLite'}, {options.minutes:g} minutes.")
    print(f"Memory (PSS, MiB): {idle:.0f} at first, then " + " ".join(f"{m:.0f}" for m in memory))
    print(f"Rush: {pages:.0f} pages a second")
    wrong = [*broken_promises(site), *broken_laws(site)]
    if said.count("ERROR"):
        wrong.append(f"the log has errors:\n{said[:2000]}")
    print("\n".join(wrong) or "All promises kept.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
