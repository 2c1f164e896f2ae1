from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conversations.models import PageCode
from conversations.queries import pages
from conversations.services import pages as page_services
from kernel.errors import DomainError
from kernel.tenancy import tenant_context
from tenants.management.named import organisation_named


class Command(BaseCommand):
    help = "Write, look at, publish or reset one of an organisation's pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organisation", help="the organisation's short name")
        parser.add_argument("code", choices=PageCode.values, help="which page")
        parser.add_argument(
            "--language", default=pages.BASE_LANGUAGE, help="such as en or cy (default: %(default)s)"
        )
        verbs = parser.add_subparsers(dest="verb", required=True)
        draft = verbs.add_parser("draft", help="Keep a Markdown file as draft; only its preview shows it.")
        draft.add_argument("file", type=Path)
        verbs.add_parser("publish", help="Let everybody read the draft.")
        verbs.add_parser("reset", help="Go back to the shipped text.")
        verbs.add_parser(
            "show", help="Print what everybody reads, with its placeholders: a start for a draft."
        )
        preview = verbs.add_parser("preview", help="Print an address that shows the draft for an hour.")
        preview.add_argument("conversation", help="the last part of a conversation's address")

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = organisation_named(options["organisation"])
        with tenant_context(organisation.tenant):
            try:
                getattr(self, f"_{options['verb']}")(PageCode(options["code"]), options["language"], options)
            except DomainError as refusal:
                raise CommandError(refusal.sentence) from refusal

    def _draft(self, code: PageCode, language: str, options: dict[str, Any]) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as reason:
            raise CommandError("The file cannot be read as text. Save it as UTF-8 and try again.") from reason
        page_services.draft_page(code=code, language=language, text=text)
        self.stdout.write("Kept as a draft. Look at its preview, then publish it.")

    def _publish(self, code: PageCode, language: str, _options: dict[str, Any]) -> None:
        page_services.publish_page(code=code, language=language)
        self.stdout.write("Published. Everybody reads it within seconds.")

    def _reset(self, code: PageCode, language: str, _options: dict[str, Any]) -> None:
        page_services.reset_page(code=code, language=language)
        self.stdout.write("The shipped text is shown again.")

    def _show(self, code: PageCode, language: str, _options: dict[str, Any]) -> None:
        self.stdout.write(pages.page_text(code, language=language).text)

    def _preview(self, code: PageCode, language: str, options: dict[str, Any]) -> None:
        address = page_services.preview_page(code=code, language=language, slug=options["conversation"])
        self.stdout.write(address)
