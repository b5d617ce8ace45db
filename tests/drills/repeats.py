"""One comment, sent eight times at once to four servers, with two workers behind them."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.drills import law
from tests.drills.site import until
from tests.drills.stage import PATIENCE, Drill, Stage

TIMES = 8
LEFT_TO_WORKERS = 24
CHECKS = """
    SELECT comment_id FROM comments_spamcheck JOIN comments_comment
    ON comments_comment.id = comment_id WHERE body LIKE 'drill-%' AND result <> 'error'
"""


def the_same_form(stage: Stage):
    """A verdict and a notice for each comment, however often it was sent."""
    with ThreadPoolExecutor(TIMES) as hands:
        for _ in range(stage.kills):
            words = stage.crowd.compose(stage.dice, stage.dice.choice(["ham", "spam", "held"]))
            urls = stage.site.urls * (TIMES // len(stage.site.urls))
            sent = [hands.submit(_send, stage, words, url) for url in urls]
            answers = {answer.result() for answer in sent}
            stage.require(len(answers) == 1, f"eight sendings led to {answers}")
            time.sleep(0.2)
    _more_than_the_servers_may_ask(stage)
    checks = Counter(stage.site.rows(CHECKS))
    stage.require(max(checks.values()) == 1, "a comment was judged twice")
    stage.recover()


def _more_than_the_servers_may_ask(stage):
    """Comments that both workers find due, and that take either of them a while."""
    stage.akismet.always("latency", seconds=3)
    crowd = stage.crowd
    left = [crowd.compose(stage.dice, "ham") for _ in range(LEFT_TO_WORKERS)]
    with ThreadPoolExecutor(LEFT_TO_WORKERS) as hands:
        list(hands.map(lambda words: crowd.send(words, random.Random(words.body)), left))  # noqa: S311
    stage.akismet.always("latency", seconds=0.7)
    crowd.disperse()
    until(lambda: law.is_finished(stage.site), PATIENCE)
    stage.akismet.clear()


def _send(stage, words, url) -> tuple:
    """The status, and the comment that one is led to: its view as public or as one's own."""
    answer = stage.crowd.send(words, random.Random(url), url)  # noqa: S311
    return answer.status, answer.location.rpartition("#")[2]


DRILLS = [
    Drill("one comment, 8 times at once", the_same_form, webs=4, workers=2),
    Drill("the same on PostgreSQL", the_same_form, postgres=True, webs=4, workers=2),
]
