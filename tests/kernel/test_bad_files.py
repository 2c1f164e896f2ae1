import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import bad_files

_SECONDS, _MEBIBYTES = 20, 256


@pytest.mark.fuzz
def test_five_hundred_bad_files_take_neither_time_nor_memory(tmp_path: Path) -> None:
    """R41, Z1, Z2: each is read or refused with a sentence; measured are the seconds and the most a child held."""
    bad_files.write_files(tmp_path)

    _are_answered(tmp_path, bad_files.COUNT)


def test_every_sixth_of_them_takes_neither(tmp_path: Path) -> None:
    """R41, Z1, Z2: the same, in every run."""
    bad_files.write_files(tmp_path)
    left = sorted(tmp_path.iterdir())
    for file in left:
        if left.index(file) % 6:
            file.unlink()

    _are_answered(tmp_path, len(left[::6]))


def _are_answered(folder: Path, count: int) -> None:
    command = [sys.executable, "-m", "tests.bad_files", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    *read, most = map(json.loads, done.stdout.splitlines())
    assert len(read) == count
    assert all(found["outcome"].endswith(("rows", ".")) for found in read)
    assert max(found["seconds"] for found in read) < _SECONDS
    assert most["seconds"] < _MEBIBYTES
