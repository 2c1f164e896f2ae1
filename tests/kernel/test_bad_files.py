import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import bad_files

_SECONDS, _MEBIBYTES = 20, 256


@pytest.mark.slow
def test_five_hundred_bad_files_take_neither_time_nor_memory(tmp_path: Path) -> None:
    """R41, Z1, Z2: each is read or refused with a sentence; measured are the seconds and the most a child held."""
    bad_files.write_files(tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "tests.bad_files", str(tmp_path)], capture_output=True, text=True, check=True
    )

    *read, most = map(json.loads, done.stdout.splitlines())
    assert len(read) == bad_files.COUNT
    assert all(found["outcome"].endswith(("rows", ".")) for found in read)
    assert max(found["seconds"] for found in read) < _SECONDS
    assert most["seconds"] < _MEBIBYTES
