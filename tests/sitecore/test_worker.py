import logging
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from comments import work
from sitecore.management.commands import worker

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)  # each pass ends old connections
def test_a_pass_does_what_is_due():
    with mock.patch.object(work, "run_once", return_value=0) as passes:
        call_command("worker", "--once")
    assert passes.call_count == 1


def test_a_failed_pass_is_followed_by_the_next(monkeypatch):
    monkeypatch.setattr(worker, "PAUSE", 0)
    wanted = mock.Mock(side_effect=[True, True, True, False])
    with mock.patch.object(work, "run_once", side_effect=OSError) as passes:
        worker.run(wanted)
    assert passes.call_count == 3


def test_a_failed_pass_is_logged_without_its_message(caplog):
    with (
        mock.patch.object(work, "run_once", side_effect=OSError("ann@example.org")),
        caplog.at_level(logging.ERROR),
        pytest.raises(CommandError),
    ):
        call_command("worker", "--once")
    assert "A pass of the worker failed: OSError" in caplog.text
    assert "ann@example.org" not in caplog.text
