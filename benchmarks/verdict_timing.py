"""Whether the time of an answer tells its writer that a comment was taken for spam.

Sends comments that are spam, and comments that a rule of the site holds, in turn by chance, to the
server as it runs, with a stand-in for Akismet that always takes as long; compares the seconds.

    .venv/bin/python benchmarks/verdict_timing.py [--each 200] [--postgres] [--seed 1]
"""

import argparse
import http.client
import math
import os
import random
import re
import statistics
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import program
from tests.standin import StandIn

LATENCY = 0.02  # seconds; the less, the sharper the clock of whoever measures
WARM_UP = 20
SURE = 0.01  # the p below which the two are called different


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.postgres:
        from tests import postgres  # starts a server, and names it in the environment

        print(f"PostgreSQL on port {postgres.server.port}")
    spam, held = measured(args.each, random.Random(args.seed))
    report(spam, held)


def measured(each: int, dice: random.Random) -> tuple[list[float], list[float]]:
    """Seconds of `each` answers for spam, and for held comments."""
    kinds = ["spam", "held"] * each
    dice.shuffle(kinds)
    kinds = ["spam", "held"] * (WARM_UP // 2) + kinds
    program.collect_static()
    with StandIn() as akismet:
        akismet.always("latency", seconds=LATENCY)
        process, url = start(akismet)
        try:
            found = times(url, kinds)
        finally:
            process.terminate()
            process.communicate(timeout=30)
    timed = list(zip(kinds, found, strict=True))[WARM_UP:]
    return tuple([took for kind, took in timed if kind == wanted] for wanted in ("spam", "held"))


def start(akismet):
    port = program.free_port()
    url = f"http://127.0.0.1:{port}"
    process = program.start(
        "serve",
        SITE_URL=url,
        BIND=f"127.0.0.1:{port}",
        AKISMET_API_KEY="k3y-of-the-bench",
        AKISMET_BASE_URL=akismet.url,
        TRUSTED_PROXIES="127.0.0.1/32",
        MODERATORS_EMAIL="alma@example.org",
        EMAIL_URL="dummymail://",
        **{name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ},
    )
    program.wait_for(f"{url}/healthz")
    return process, url


def times(url: str, kinds: list[str]) -> list[float]:
    """One after another on one connection: seconds from the first byte sent to the whole answer."""
    post = re.search(r'"(/posts/[\w-]+/)"', read(url))[1]
    token = re.search(r'name="token"\s+value="([^"]+)"', read(url + post))[1]
    time.sleep(4)  # a form sent at once would be held for that
    wire = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    return [took(wire, post, token, number, kind) for number, kind in enumerate(kinds)]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - http on loopback
        return answer.read().decode()


def took(wire, post: str, token: str, number: int, kind: str) -> float:
    text = f"Number {number} {'spamspam' if kind == 'spam' else 'hamhamha'}"
    fields = {"author_name": f"N{number}", "body": text, "token": token, "subject": "x"}
    if kind == "spam":
        fields |= {"body": f"{text}x", "subject": ""}  # as many bytes
    sender = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250 + 1}"}
    form = {"Content-Type": "application/x-www-form-urlencoded"} | sender
    began = time.perf_counter()
    wire.request("POST", f"{post}comments/", urlencode(fields), form)
    answer = wire.getresponse()
    answer.read()
    seconds = time.perf_counter() - began
    if answer.status != 303 or "/status/" not in answer.headers["Location"]:
        sys.exit(f"Comment {number} was answered {answer.status} {answer.headers['Location']}")
    return seconds


def report(spam: list[float], held: list[float]) -> None:
    for name, found in (("spam", spam), ("held", held)):
        median, late = statistics.median(found), statistics.quantiles(found, n=20)[-1]
        print(f"{name}  n {len(found)}  median {median * 1000:.2f} ms  p95 {late * 1000:.2f} ms")
    distance, p_shape = kolmogorov_smirnov(spam, held)
    share, p_rank = mann_whitney(spam, held)
    print(f"Kolmogorov-Smirnov D {distance:.3f}  p {p_shape:.3f}")
    print(f"Mann-Whitney: spam is the slower of a pair in {share:.1%}  p {p_rank:.3f}")
    told = min(p_shape, p_rank) < SURE
    print("One can be told from the other." if told else "Neither can be told from the other.")


def kolmogorov_smirnov(one: list[float], other: list[float]) -> tuple[float, float]:
    """The greatest distance of the two distributions, and how likely one this great is by chance.

    The series of Kolmogorov's limit, with Stephens' correction for small samples.
    """
    points = sorted([*one, *other])
    distance = max(abs(share_below(one, at) - share_below(other, at)) for at in points)
    n = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    x = (n + 0.12 + 0.11 / n) * distance
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 101))
    return distance, min(max(p, 0.0), 1.0)


def share_below(found: list[float], at: float) -> float:
    return sum(value <= at for value in found) / len(found)


def mann_whitney(one: list[float], other: list[float]) -> tuple[float, float]:
    """How often one of the first is above one of the second, and how likely that is by chance."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    pairs = len(one) * len(other)
    deviation = math.sqrt(pairs * (len(one) + len(other) + 1) / 12)
    z = (above - pairs / 2) / deviation
    return above / pairs, math.erfc(abs(z) / math.sqrt(2))


if __name__ == "__main__":
    main()
