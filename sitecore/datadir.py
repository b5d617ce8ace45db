"""DATA_DIR: the one folder that holds everything worth a backup."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def prepare(path: Path) -> Path:
    """Make the folder if need be; raise ImproperlyConfigured with the command that mends it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(_mend(path)) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(_mend(path))
    return path


def secret_key(path: Path) -> str:
    """The key of this installation: made once, readable by its owner only."""
    file = path / "secret_key"
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(fd, "w") as f:
            f.write(secrets.token_urlsafe(50))
    key = file.read_text().strip()
    if len(key) < 50:
        raise ImproperlyConfigured(f"{file} is not a whole key. Delete it and start again.")
    return key


def _mend(path: Path) -> str:
    if path.exists() and not path.is_dir():
        return f"DATA_DIR {path} is a file. It must be a folder."
    uid = os.getuid()
    return f"DATA_DIR {path} is not writable for user {uid}. Run: chown -R {uid} {path}"
