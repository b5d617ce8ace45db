import logging
import signal
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import timezone

from comments import work
from sitecore import attempts

log = logging.getLogger(__name__)

PAUSE = 1


class Command(BaseCommand):
    help = "Do what is due: checks, mails, deletions. Runs until it is stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="one pass, then end")

    def handle(self, *, once, **options):
        if not once:
            run()
        elif not one_pass():
            raise CommandError("The pass failed. The log says where.")


def run(wanted=lambda: True):
    """Pass after pass, until SIGTERM or until it is not wanted any more."""
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: stopped.append(number))
    while wanted() and not stopped:
        one_pass(lambda: wanted() and not stopped)
        time.sleep(PAUSE)


def one_pass(wanted=lambda: True) -> bool:
    """Whatever goes wrong is wrong for this pass only: the rows stay due."""
    close_old_connections()
    try:
        work.run_once(wanted)
        attempts.forget_old(timezone.now())
    except Exception as error:  # its message may hold what nobody may read in a log
        frame = _innermost(error)
        log.error("A pass of the worker failed: %s at %s", type(error).__name__, frame)
        return False
    finally:
        close_old_connections()
    return True


def _innermost(error) -> str:
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
