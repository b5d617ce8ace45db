"""A real PostgreSQL for one test run: `pytest -p tests.postgres`.

A plugin and not a fixture, because the settings are read before any conftest is.
"""

import os

from tests.cluster import Cluster

server = Cluster("fsync=off", "synchronous_commit=off", "full_page_writes=off")
server.start()
os.environ["DATABASE_URL"] = server.url
os.environ.setdefault("TESTED_DATABASE", "postgresql")
