from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.oversight.services import anchors


class Command(BaseCommand):
    help = "The audit chain: prove it against its anchors, or write an anchor now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser(
            "verify", help="Fails and says what is wrong, wherever the chain was changed."
        )
        verify.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="NUMBER:DIGEST",
            help="a head out of an officer's mail; may be given again",
        )
        verbs.add_parser("anchor", help="Write the newest head to the object store.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["verb"] == "anchor":
            self.stdout.write(anchors.as_words(anchors.anchor()))
            return
        mailed = [anchors.from_words(words) for words in options["head"]]
        if None in mailed:
            raise CommandError("A head looks like 12:0f3c..., as it stands in the mail.")
        problems = anchors.problems(mailed=[head for head in mailed if head is not None])
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("The audit is what was recorded, and fits all its anchors.")
