"""The table of what was tried and what survived ends each run of these tests."""

import os
from pathlib import Path

import pytest

from comments.models import Discussion
from posts.models import Site
from tests.hostile import vectors
from tests.hostile.plays import Scene
from tests.hostile.trial import Trial

TRIAL = pytest.StashKey[Trial]()


@pytest.fixture
def trial(pytestconfig):
    one = Trial()
    yield one
    pytestconfig.stash.setdefault(TRIAL, Trial()).add(one)


@pytest.fixture(scope="session")
def hostile():
    """The vectors to try: ours, and of others each fourth; all of them with `python -m`.

    That sets HOSTILE_VECTORS, and may name files in it to try instead.
    """
    files = os.environ.get("HOSTILE_VECTORS")
    if files:
        return [text for file in files.split(os.pathsep) for text in vectors.read(Path(file))]
    return vectors.OURS + vectors.of_others()[:: 4 if files is None else 1]


@pytest.fixture
def scene(alma):
    Discussion.objects.of(Site.objects.current())
    return Scene(alma)


def pytest_terminal_summary(terminalreporter, config):
    if trial := config.stash.get(TRIAL, None):
        terminalreporter.section("hostile text")
        terminalreporter.write_line(trial.table())
        terminalreporter.write_line("\n".join(trial.survivors[:50]))
