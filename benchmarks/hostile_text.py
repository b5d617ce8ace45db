"""What the worst texts cost to render: seconds, and as a multiple of ordinary words.

    python benchmarks/hostile_text.py

A comment's texts are at the length cap, a post's have 100,000 characters. Fails where one takes
more than a quarter of a second, or of a post more than two.
"""

import os
import sys
import time
from importlib import import_module
from pathlib import Path

BUDGETS = {"comments": (10_000, 0.25), "posts": (100_000, 2.0)}
WORDS = "So *that* is how it was, as she told [me](http://example.org) twice.\n\n"


def seconds(render, text) -> float:
    """Return the processor time of the fastest of three."""

    def once():
        start = time.thread_time()
        render(text)
        return time.thread_time() - start

    return min(once() for _ in range(3))


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sitecore.settings")
    within = [measure(app, *budget) for app, budget in BUDGETS.items()]
    if not all(within):
        sys.exit("Over the budget")


def measure(app: str, length: int, budget: float) -> bool:
    render = import_module(f"{app}.markup").render
    texts = import_module(f"tests.{app}.test_markup").PATHOLOGICAL
    words = seconds(render, (WORDS * length)[:length])
    costs = sorted(((seconds(render, text), text) for text in texts), reverse=True)
    print(f"{app}: {len(texts)} hostile texts of {length:,} characters; words take {words:.3f} s")
    for cost, text in costs[:5]:
        print(f"{cost:.3f} s, {cost / words:.1f} times the words: {text[:24]!a}")
    print(f"{app}: {'with' if costs[0][0] <= budget else 'NOT with'}in the budget of {budget} s")
    return costs[0][0] <= budget


if __name__ == "__main__":
    main()
