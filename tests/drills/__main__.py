"""All drills, and one table of what came of them: `python -m tests.drills [--kills N] [NAME ...]`.

Two run at a time, one on SQLite and one on PostgreSQL, as most of each is waiting.
"""

import argparse
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests import program
from tests.cluster import Cluster
from tests.drills import kills, outages, repeats, storage
from tests.drills.stage import Drill, Report, rehearse

DRILLS = [*kills.DRILLS, *outages.DRILLS, *storage.DRILLS, *repeats.DRILLS]
HEAD = ("drill", "acknowledged", "present", "doubled", "public unchecked")
HEAD += ("seconds to recover", "all done after", "law")
WIDTH = 32
once = threading.Lock()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="drills with this in their name")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    args = parser.parse_args()
    chosen = [d for d in DRILLS if not args.names or any(name in d.name for name in args.names)]
    program.collect_static()
    print(f"Seed {args.seed}, {args.kills} kills each, {len(chosen)} drills", flush=True)
    began = time.monotonic()
    outcomes = _all(chosen, args.seed, args.kills)
    _table(outcomes)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes")
    return any(isinstance(outcome, Report) and outcome.finding.broken for _, outcome in outcomes)


def _all(chosen: list[Drill], seed: int, kills: int) -> list:
    """In the order of the table. PostgreSQL with all its care for what a crash may do."""
    cluster = None
    if any(drill.postgres for drill in chosen):
        cluster = Cluster("fsync=on", "synchronous_commit=on", "max_connections=200")
        cluster.start()

    def run(drill):
        outcome = rehearse(drill, seed, kills, cluster)
        with once:
            print(f"... {_line(drill, outcome)}", flush=True)
            _say_what_is_broken(outcome)
        return drill, outcome

    with ThreadPoolExecutor(2) as lanes:
        of = {
            kind: lanes.submit(lambda kind=kind: [run(d) for d in chosen if d.postgres == kind])
            for kind in (False, True)
        }
        outcomes = [outcome for lane in of.values() for outcome in lane.result()]
    return sorted(outcomes, key=lambda outcome: chosen.index(outcome[0]))


def _say_what_is_broken(outcome):
    if isinstance(outcome, Report):
        crowd = outcome.crowd
        print(f"    written {dict(crowd.answers)}, read {dict(crowd.reads)}", end="")
        print(", slowest " + ", ".join(f"{k} {s:.1f} s" for k, s in crowd.slowest.items()))
        for sentence in outcome.finding.broken:
            print(f"    BROKEN: {sentence}", flush=True)


def _table(outcomes):
    print("\n" + " | ".join([f"{HEAD[0]:<{WIDTH}}", *HEAD[1:]]))
    for drill, outcome in outcomes:
        print(_line(drill, outcome))


def _line(drill, outcome) -> str:
    name = f"{drill.name:<{WIDTH}}"
    if isinstance(outcome, str):
        return f"{name} | LEFT OUT: {outcome}"
    found = outcome.finding
    facts = [found.acknowledged, found.present, found.doubled, found.unchecked]
    facts += [f"{outcome.recovery:.1f}", f"{outcome.settled:.1f}"]
    facts.append("BROKEN" if found.broken else "ok")
    return " | ".join([name, *(f"{fact:>{len(head)}}" for fact, head in zip(facts, HEAD[1:]))])  # noqa: B905


if __name__ == "__main__":
    sys.exit(main())
