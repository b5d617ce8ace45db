"""Try every hostile text, or those in files: `python -m tests.hostile [--postgres] [FILE...]`.

A file holds one vector a line, or is a JSON list of strings.
"""

import os
import sys
from pathlib import Path

import pytest

files = [str(Path(name).resolve()) for name in sys.argv[1:] if not name.startswith("--")]
os.environ["HOSTILE_VECTORS"] = os.pathsep.join(files)
database = ["-p", "tests.postgres"] if "--postgres" in sys.argv else []
sys.exit(pytest.main(["-q", *database, str(Path(__file__).with_name("test_hostile.py"))]))
