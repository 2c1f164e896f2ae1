import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.doctor import CHECKS, Level

_NOTHING, _MEND, _AWAY = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Look at the configuration as it is and say what to mend. Ends with 0 where nothing must be mended,"
        " 1 where something must, 2 where something could not be looked at."
    )
    # What Django finds wrong is for whoever writes code; this is for whoever runs it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="for a program")

    def handle(self, *_args: Any, as_json: bool, **_options: Any) -> None:
        found = [(name, finding) for name, check in CHECKS.items() for finding in check()]
        if as_json:
            lines = [{"check": name, "level": one.level, "sentence": one.sentence} for name, one in found]
            self.stdout.write(json.dumps(lines, indent=1))
        else:
            for _name, one in found:
                self.stdout.write(f"{one.level:<5} {one.sentence}")
        levels = {one.level for _name, one in found}
        raise SystemExit(_MEND if Level.MEND in levels else _AWAY if Level.AWAY in levels else _NOTHING)
