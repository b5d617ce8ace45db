"""The whole suite, on every database and in the browser: `python -m tests [--quick]`."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from sitecore.settings import env
from tests import chromium

BROWSER = "tests/e2e"


def run(name: str, database: str, *args: str) -> tuple[bool, str]:
    """Whether one suite passed, and its line of the summary."""
    print(f"\n=== {name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="afterword-tests-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-rs", f"--junitxml={report}", *args]
        passed = subprocess.run(command, env=environment(folder, database)).returncode == 0  # noqa: S603 (pytest)
        return passed, f"{name:<12}{counts(report)}"


def environment(folder: str, database: str) -> dict:
    """What this machine sets for its own site is not for its tests."""
    names = {*env.scheme, *(f"{name}_FILE" for name in env.scheme)}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return kept | {"DATA_DIR": folder, "TESTED_DATABASE": database}


def counts(report: Path) -> str:
    if not report.exists():
        return "did not run"
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 (pytest wrote it)
    total, skipped, failed, errors = (
        int(suite.get(key)) for key in ("tests", "skipped", "failures", "errors")
    )
    passed = f"{total - skipped - failed - errors} passed"
    rest = {"failed": failed, "errors": errors, "left out": skipped}
    said = ", ".join([passed, *(f"{count} {word}" for word, count in rest.items() if count)])
    return f"{said} in {float(suite.get('time')):.0f} s"


def suites(quick: bool):
    yield run("SQLite", "sqlite", f"--ignore={BROWSER}")
    if quick:
        yield True, "PostgreSQL  LEFT OUT: `make test` runs it"
        yield True, "Browser     LEFT OUT: `make test` runs it"
        return
    yield run("PostgreSQL", "postgresql", "-p", "tests.postgres", f"--ignore={BROWSER}")
    if chromium.path():
        yield run("Browser", "sqlite", BROWSER)
    else:
        yield True, f"Browser     BROWSER TESTS LEFT OUT: {chromium.MISSING}"


if __name__ == "__main__":
    results = list(suites(quick="--quick" in sys.argv))
    print("\n" + "\n".join(line for _, line in results))
    sys.exit(not all(passed for passed, _ in results))
