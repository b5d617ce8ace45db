"""What the worst texts cost to render: seconds, and as a multiple of ordinary words.

    python benchmarks/hostile_text.py

Each text is at the length cap. Fails where one takes more than a quarter of a second.
"""

import os
import sys
import time
from importlib import import_module
from pathlib import Path

BUDGET = 0.25
WORDS = ("So *that* is how it was, as she told [me](http://example.org) twice. " * 200)[:10_000]


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
    render = import_module("comments.markup").render
    texts = import_module("tests.comments.test_markup").PATHOLOGICAL
    words = seconds(render, WORDS)
    costs = sorted(((seconds(render, text), text) for text in texts), reverse=True)
    print(f"{len(texts)} hostile texts of 10,000 characters; ordinary words take {words:.3f} s")
    for cost, text in costs[:5]:
        print(f"{cost:.3f} s, {cost / words:.1f} times the words: {text[:24]!a}")
    if costs[0][0] > BUDGET:
        sys.exit(f"Over the budget of {BUDGET} s")
    print(f"Within the budget of {BUDGET} s")


if __name__ == "__main__":
    main()
