"""The Nu Html Checker, and whether it is here. `.ci/run` puts it into `.vnu`."""

import json
import os
import shutil
import subprocess
from pathlib import Path

JAR = Path(__file__).parent.parent / ".vnu/node_modules/vnu-jar/build/dist/vnu.jar"
MISSING = (
    "VALID HTML LEFT OUT: the checker is not here. With Java and npm: "
    "npm install --prefix .vnu --ignore-scripts vnu-jar@26.9.27"
)
# Of XHTML's days, all over Django's admin; the checker itself calls it an information.
HARMLESS = "Trailing slash on void elements has no effect"


def path() -> Path | None:
    found = Path(os.environ.get("VNU", JAR))
    return found if found.exists() and shutil.which("java") else None


def complaints(folder: Path) -> list[str]:
    """What the checker has to say of the pages in a folder: errors and warnings, file by file."""
    command = ["java", "-jar", path(), "--format", "json", "--stdout", "--exit-zero-always", folder]
    said = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 (the checker)
    found = json.loads(said.stdout)["messages"]
    return [_line(one) for one in found if not one["message"].startswith(HARMLESS)]


def _line(found: dict) -> str:
    file = found["url"].rpartition("/")[2]
    return f"{file}:{found.get('lastLine')}: {found['message']} {found.get('extract', '')}"
