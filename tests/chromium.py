"""Where the browser of the browser tests is."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
MISSING = (
    "no Chromium found. On Debian: apt-get install chromium fonts-dejavu-core. "
    "Elsewhere: set CHROMIUM to its path."
)


def path() -> str | None:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(ON_MACOS) if ON_MACOS.exists() else None)
