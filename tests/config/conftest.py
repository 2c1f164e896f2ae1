from pathlib import Path

import pytest

from tests.restoring import Story, make_story


@pytest.fixture
def story() -> Story:
    return make_story()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"
