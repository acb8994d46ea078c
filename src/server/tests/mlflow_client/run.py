"""Runs these tests against one program: `python run.py target/release/throughline [pytest options]`."""

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if len(sys.argv) > 1:
        os.environ["THROUGHLINE_BIN"] = str(Path(sys.argv[1]).resolve())
    sys.exit(pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", str(here), *sys.argv[2:]]))
