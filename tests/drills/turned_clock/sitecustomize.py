"""Python, under a clock that is turned: libfaketime also turns what time.sleep() sleeps by."""

import select
import time


def sleep(seconds):
    select.select([], [], [], seconds)


time.sleep = sleep
