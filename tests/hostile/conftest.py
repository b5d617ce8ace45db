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
    """The vectors to try; HOSTILE_VECTORS names files to try instead, as `python -m` does."""
    if files := os.environ.get("HOSTILE_VECTORS"):
        return [text for file in files.split(os.pathsep) for text in vectors.read(Path(file))]
    return vectors.OURS + vectors.of_others()


@pytest.fixture
def scene(alma):
    Discussion.objects.of(Site.objects.current())
    return Scene(alma)


def pytest_terminal_summary(terminalreporter, config):
    if trial := config.stash.get(TRIAL, None):
        terminalreporter.section("hostile text")
        terminalreporter.write_line(trial.table())
        terminalreporter.write_line("\n".join(trial.survivors[:50]))
