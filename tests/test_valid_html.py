"""Every page, in every state, as the W3C's checker sees it."""

import pytest
from django.db import connection
from django.utils.text import slugify

from tests import vnu

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not vnu.path(), reason=vnu.MISSING),
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="valid HTML: no page depends on the database, and SQLite's run checks them all",
    ),
]


def test_every_page_is_valid_html(gallery, tmp_path):
    for number, (name, answer) in enumerate(gallery.items()):
        (tmp_path / f"{number} {slugify(name)}.html").write_bytes(answer.content)
    found = vnu.complaints(tmp_path)
    assert not found, "\n".join(found)


def test_the_checker_says_what_is_wrong(tmp_path):
    page = '<!doctype html><html lang="en"><title>x</title><ul><p id="a"></ul><p id="a">'
    (tmp_path / "page.html").write_text(page)
    assert any("Duplicate ID" in line for line in vnu.complaints(tmp_path))
