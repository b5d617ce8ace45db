"""Writers and readers, all at once, over real HTTP. What they were told is what must be true."""

import http.client
import itertools
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

MARK = re.compile(r"drill-[0-9a-f]+-\d+")
TOKEN = re.compile(r'name="token"\s+value="([^"]+)"')
ANSWERABLE = re.compile(r'href="/comments/(\d+)/reply/"')
POST = "/posts/what-the-margin-is-for/"
LINKS = "http://a.example http://b.example http://c.example"
WORDS = {"ham": "Well said.", "spam": "Buy spamspam.", "held": LINKS}
FAST = 3.2  # seconds; a form sent sooner is held
TIMEOUT = 40


@dataclass
class Answer:
    status: int  # 0: none came
    page: str
    location: str
    seconds: float


@dataclass
class Words:
    """One comment, and what its writer was told about it."""

    kind: str
    fields: dict
    acknowledged: str = ""
    sendings: int = 0

    @property
    def body(self) -> str:
        return self.fields["body"]

    @property
    def mark(self) -> str:
        return MARK.match(self.body)[0]


def ask(url: str, fields: dict | None = None, sender: str = "") -> Answer:
    began, parts = time.monotonic(), urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
    headers = {"X-Forwarded-For": sender} if sender else {}
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        if fields:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", target, urlencode(fields), headers)
        else:
            connection.request("GET", target, headers=headers)
        got = connection.getresponse()
        status, page, location = got.status, got.read().decode(), got.headers.get("Location", "")
    except (OSError, http.client.HTTPException):
        status, page, location = 0, "", ""
    finally:
        connection.close()
    return Answer(status, page, location, time.monotonic() - began)


@dataclass
class Crowd:
    urls: list[str]
    cleared: set[str]
    """What may be seen in public: the texts that the check has called no spam."""
    dice: random.Random
    pause: float = 0.1  # seconds between two comments of one writer
    words: list[Words] = field(default_factory=list)
    answers: Counter = field(default_factory=Counter)
    reads: Counter = field(default_factory=Counter)
    slowest: Counter = field(default_factory=Counter)  # seconds, of writers and of readers
    unchecked: set[str] = field(default_factory=set)
    """Marks that a reader saw before the check had cleared their text."""

    def __post_init__(self):
        self.name = f"drill-{self.dice.getrandbits(32):08x}"
        self._numbers, self._seen = itertools.count(1), []
        self._over, self._threads = threading.Event(), []
        self.token = TOKEN.search(ask(self.urls[0] + POST).page)[1]
        time.sleep(FAST)

    def gather(self, writers=6, readers=2):
        for work in [self._write] * writers + [self._read] * readers:
            thread = threading.Thread(target=work, args=(random.Random(self.dice.random()),))  # noqa: S311 (a drill that can be repeated)
            thread.start()
            self._threads.append(thread)
        return self

    def disperse(self):
        """Nobody begins anything new; whoever has no answer yet asks until there is one."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def compose(self, dice, kind="") -> Words:
        number = next(self._numbers)
        kind = kind or dice.choices(["ham", "spam", "held"], [80, 15, 5])[0]
        fields = {"token": self.token, "author_name": f"Writer {number}"}
        fields["body"] = f"{self.name}-{number} {WORDS[kind]}"
        if self._seen and dice.random() < 0.4:
            fields["parent"] = dice.choice(self._seen[-200:])
        words = Words(kind, fields)
        self.words.append(words)
        return words

    def send(self, words: Words, dice, url="") -> Answer:
        sender = f"198.18.{dice.randrange(256)}.{dice.randrange(256)}"
        words.sendings += 1
        answer = ask((url or dice.choice(self.urls)) + POST + "comments/", words.fields, sender)
        self.answers[answer.status] += 1
        self.slowest["write"] = max(self.slowest["write"], answer.seconds)
        if answer.status == 303:
            words.acknowledged = answer.location
        if answer.status == 503 and words.mark not in answer.page:
            self.answers["503 without the text"] += 1
        return answer

    def _write(self, dice):
        while not self._over.is_set():
            words, end = self.compose(dice), None
            while self.send(words, dice).status in (0, 503):
                if self._over.is_set():
                    end = end or time.monotonic() + TIMEOUT
                    if time.monotonic() > end:
                        break
                time.sleep(0.3)
            time.sleep(dice.uniform(0, 2 * self.pause))

    def _read(self, dice):
        while not self._over.is_set():
            start = f"?from={dice.choice(self._seen)}" if self._seen and dice.random() < 0.5 else ""
            answer = ask(dice.choice(self.urls) + POST + start)
            self.reads[answer.status] += 1
            self.slowest["read"] = max(self.slowest["read"], answer.seconds)
            self.look_at(answer.page)
            time.sleep(dice.uniform(0, 2 * self.pause))

    def look_at(self, page: str):
        cleared = {MARK.match(body)[0] for body in set(self.cleared) if MARK.match(body)}
        self.unchecked |= set(MARK.findall(page)) - cleared
        ids = ANSWERABLE.findall(page)
        self._seen += [id for id in ids if id not in self._seen]
