"""DATA_DIR: the one folder that holds everything worth a backup."""

import errno
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def prepare(path: Path) -> Path:
    """Make the folder if need be; raise ImproperlyConfigured with the command that mends it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()  # a disk may say that it can be written to
    except OSError as error:
        raise ImproperlyConfigured(_mend(path, error)) from error
    return path


def secret_key(path: Path) -> str:
    """The key of this installation: made once, readable by its owner only."""
    file = path / "secret_key"
    if not file.exists():
        _make(file)
    key = file.read_text().strip()
    if len(key) < 50:
        raise ImproperlyConfigured(f"{file} is not a whole key. Delete it and start again.")
    return key


def _make(file: Path):
    """Whole and on the disk before it has its name: for others who start, and if power fails."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as f:  # made 0600
        f.write(secrets.token_urlsafe(50))
        f.flush()
        os.fsync(f.fileno())
        with suppress(FileExistsError):
            os.link(f.name, file)


def _mend(path: Path, error: OSError) -> str:
    if error.errno == errno.EROFS:
        return (
            f"DATA_DIR {path} is on a disk that is read-only. It may have had an error: see dmesg."
        )
    if path.exists() and not path.is_dir():
        return f"DATA_DIR {path} is a file. It must be a folder."
    uid = os.getuid()
    return f"DATA_DIR {path} is not writable for user {uid}. Run: chown -R {uid} {path}"
