"""What the site asks of others fails for a while: the check, the mail, the time."""

import glob
import time
from pathlib import Path

from tests.drills.site import until
from tests.drills.stage import PATIENCE, Drill, Stage

SPELL = 20  # seconds that a fault lasts, where nothing else is said
LIES = ["true-newline", "garbage", "error", "upper", "bom", "bytes", "empty", "204", "302", "403"]
LIES += ["discard-ham", "newline", "gibberish", "truncate", "invalid", "recheck"]
MODERATORS = [f"{name}@example.org" for name in ("slow", "refused", "later")]
CLOCK = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
SLEEP = Path(__file__).parent / "turned_clock"


def dead_check(stage: Stage):
    stage.akismet.die()
    time.sleep(SPELL)
    stage.akismet.revive()
    stage.recover()


def slow_check(stage: Stage):
    stage.akismet.always("latency", seconds=10)
    time.sleep(SPELL)
    stage.akismet.clear()
    stage.recover()


def lying_check(stage: Stage):
    for lie in LIES:
        stage.akismet.always(lie)
        time.sleep(SPELL / len(LIES))
    stage.akismet.clear()
    stage.recover()


def flapping_check(stage: Stage):
    for _ in range(SPELL // 2):
        stage.akismet.always("503")
        time.sleep(1)
        stage.akismet.clear()
        time.sleep(1)
    stage.recover()


def dead_mail(stage: Stage):
    """Nobody listens where mail is handed over; later somebody does."""
    time.sleep(SPELL)
    _mail_goes_out_once(stage, ["alma@example.org"])


def odd_mail(stage: Stage):
    """One moderator's mail hangs, one's is refused for good, one's for now; then all is well."""
    stage.mailbox.open()
    time.sleep(SPELL)
    stage.mailbox.close()
    stage.require(not stage.mailbox.delivered, "mail was delivered in spite of all")
    _mail_goes_out_once(stage, MODERATORS)


def _mail_goes_out_once(stage, moderators):
    stage.recover()
    stage.crowd.disperse()
    stage.mailbox.fates.clear()
    stage.mailbox.open()
    took = until(lambda: len(stage.mailbox.delivered) == len(moderators), PATIENCE)
    stage.recoveries.append(took)
    time.sleep(2)
    stage.mailbox.close()
    stage.require(stage.mailbox.delivered == dict.fromkeys(moderators, 1), "not one mail for each")


def jumping_clock(stage: Stage):
    """An hour forward, back, an hour back, and forward again, each while comments come in."""
    for hours in (1, 0, -1, 0):
        _set_clock(stage, hours)
        stage.recover()
        time.sleep(8)


def _set_clock(stage, hours):
    file = stage.folder / "clock.new"
    file.write_text(f"{hours:+d}h\n")
    file.rename(stage.folder / "clock")


def clock(stage: Stage) -> dict:
    _set_clock(stage, 0)
    file = str(stage.folder / "clock")
    settings = {"FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": "1"}
    settings |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": str(SLEEP)}
    return {"LD_PRELOAD": CLOCK[0]} | settings


def clock_to_turn(folder: Path) -> str:
    return "" if CLOCK else "there is no faketime (Debian: apt-get install faketime)"


DRILLS = [
    Drill("Akismet dead for 20 s", dead_check),
    Drill("Akismet slow (10 s)", slow_check),
    Drill("Akismet lying", lying_check),
    Drill("Akismet flapping", flapping_check),
    Drill("SMTP dead", dead_mail, variables=lambda stage: {"EMAIL_URL": stage.mailbox.url}),
    Drill(
        "SMTP slow, rejecting",
        odd_mail,
        variables=lambda stage: {
            "EMAIL_URL": stage.mailbox.url,
            "MODERATORS_EMAIL": ",".join(MODERATORS),
        },
    ),
    Drill("clock jumps of an hour", jumping_clock, variables=clock, prepare=clock_to_turn),
]
