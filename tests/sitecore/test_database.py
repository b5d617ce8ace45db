import os

import pytest
from django.db import connection


def test_the_run_uses_the_database_it_claims():
    assert connection.vendor == os.environ.get("TESTED_DATABASE", "sqlite")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
def test_sqlite_does_not_block_readers_while_it_writes():
    with connection.cursor() as cursor:
        modes = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode",)]
    assert modes == ["wal"]
    assert connection.transaction_mode == "IMMEDIATE"
