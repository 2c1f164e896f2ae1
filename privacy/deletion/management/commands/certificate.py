import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.deletion.services import verifying


class Command(BaseCommand):
    help = "Certificates of deletion: verify a file, or show the keys that sign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="Fails unless the file is a certificate of ours, unchanged.")
        verify.add_argument("file", type=Path)
        verify.add_argument(
            "--keys", type=Path, help="a copy of /certificates/keys.json, instead of asking the vault"
        )
        verbs.add_parser("keys", help="The published keys, as JSON.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["verb"] == "keys":
            self.stdout.write(json.dumps(verifying.as_json(verifying.published()), indent=2))
            return
        try:
            content = options["file"].read_bytes()
            kept = options["keys"]
            keys = verifying.from_json(kept.read_bytes()) if kept else verifying.published()
        except (OSError, ValueError) as reason:
            raise CommandError(f"This file cannot be read ({type(reason).__name__}).") from reason
        verdict = verifying.verify(content, keys)
        answer = {"is_genuine": verdict.is_genuine, "why": str(verdict.sentence), "key": verdict.key}
        said = {name: verdict.said[name] for name in ("kind", "project", "issued_at") if name in verdict.said}
        self.stdout.write(json.dumps(answer | said, indent=2))
        if not verdict.is_genuine:
            raise CommandError(str(verdict.sentence))
