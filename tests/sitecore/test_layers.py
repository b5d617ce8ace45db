"""Imports point down: sitecore, comments, posts. The tests may import anything."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

LAYERS = ["posts", "comments", "sitecore"]
FILES = [path for layer in LAYERS for path in sorted((settings.BASE_DIR / layer).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The first parts of the names of all modules that a file imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_imports_point_down(path):
    layer = path.relative_to(settings.BASE_DIR).parts[0]
    above = {*LAYERS[LAYERS.index(layer) + 1 :], "tests"}
    assert not imported(path) & above
