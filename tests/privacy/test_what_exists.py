"""The page that says what each part would give away: every line has its tests, and every process its line."""

import re
from pathlib import Path

from django.test import Client

from config.serve import children
from privacy.datamap.parts import PARTS
from tests.isolation.test_processes import EVERYTHING

TESTS = Path(__file__).resolve().parents[1]


def test_every_line_is_held_by_tests_that_exist() -> None:
    written = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    assert all(part.tests for part in PARTS)
    assert {name for part in PARTS for name in part.tests} <= written


def test_every_process_has_its_line() -> None:
    started = {child.name for child in children(EVERYTHING, port=8000, with_vault_service=True)}

    assert started == {process for part in PARTS for process in part.processes}


def test_anybody_may_read_it() -> None:
    page = Client(headers={"host": "localhost"}).get("/what-exists/")

    assert page.status_code == 200
    text = page.content.decode()
    assert "the website has no login for the vault and no key" in text
    assert "What we cannot prevent" in text


def test_it_speaks_welsh() -> None:
    page = Client(headers={"host": "localhost", "accept-language": "cy"}).get("/what-exists/")

    assert "Y wefan" in page.content.decode()
