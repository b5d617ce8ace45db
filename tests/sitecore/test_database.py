import os

import pytest
from django.db import connection


def test_the_run_uses_the_database_it_claims():
    assert connection.vendor == os.environ.get("TESTED_DATABASE", "sqlite")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
def test_sqlite_does_not_block_readers_and_overwrites_what_is_deleted():
    with connection.cursor() as cursor:
        modes = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode",)]
    assert modes == ["wal"]
    # This library may do so by itself: ask for what we say.
    assert "PRAGMA secure_delete=ON;" in connection.settings_dict["OPTIONS"]["init_command"]
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
def test_sqlite_has_what_it_acknowledged_when_power_fails():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
