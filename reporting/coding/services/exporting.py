"""Handing out frame and coding as files. Every export is in the audit, with its form and how much left."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast

from conversations.models import Conversation
from kernel import audit
from kernel.errors import DomainError
from kernel.tenancy import current_tenant
from reporting.coding.exchange import refi, tables
from reporting.coding.exchange.shapes import CodedPost
from reporting.coding.permissions import require_analyst
from reporting.coding.queries import CodeLine, frame_of
from reporting.coding.queries.frames import frame_row
from reporting.coding.queries.leaving import coded_posts
from tenants.permissions import Staff

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Form(StrEnum):
    CODEBOOK_QDC = "codebook.qdc"
    CODEBOOK_XLSX = "codebook.xlsx"
    CODEBOOK_CSV = "codebook.csv"
    PROJECT_QDPX = "coded.qdpx"
    CODED_XLSX = "coded.xlsx"
    CODED_CSV = "coded.csv"

    @property
    def holds_texts(self) -> bool:
        return self.value.startswith("coded")


class StillBlind(DomainError):
    code = "still_blind"
    message = "Coded contributions would show what colleagues coded. End blind coding on the page of agreement first."


class NothingToExport(DomainError):
    code = "nothing_to_export"
    status = 422
    message = "There is no code in the frame yet. Add the first one, then export."


@dataclass(frozen=True, slots=True)
class Export:
    content: bytes
    kind: str
    name: str


def export(*, conversation: Conversation, form: Form, by: Staff) -> Export:
    """Raises RoleMissing, StillBlind, NothingToExport."""
    require_analyst(by)
    lines = frame_of(conversation)
    if not lines:
        raise NothingToExport
    posts: list[CodedPost] = []
    if form.holds_texts:
        if frame_row(conversation).is_blind:
            raise StillBlind
        posts = [
            CodedPost(kind, question, area, cast(date, day), text, frozenset(codes), tuple(places))
            for _post, kind, question, area, day, text, codes, places in coded_posts(conversation)
        ]
    audit.record(
        "coding exported",
        by=by.id,
        organisation=current_tenant().organisation,
        about={
            "project": str(conversation.pk),
            "form": form.value,
            "codes": len(lines),
            "contributions": len(posts),
        },
    )
    content, kind = _written(conversation, form, lines, posts)
    return Export(content, kind, form.value)


def _written(
    conversation: Conversation, form: Form, lines: list[CodeLine], posts: list[CodedPost]
) -> tuple[bytes, str]:
    match form:
        case Form.CODEBOOK_QDC:
            return refi.codebook(lines), "application/xml"
        case Form.CODEBOOK_XLSX:
            return tables.as_workbook([("Codes", tables.codebook_rows(lines))]), _XLSX
        case Form.CODEBOOK_CSV:
            return tables.as_csv(tables.codebook_rows(lines)), "text/csv; charset=utf-8"
        case Form.PROJECT_QDPX:
            return refi.project(conversation.name, lines, posts), "application/zip"
        case Form.CODED_XLSX:
            coded, codes = tables.post_rows(lines, posts), tables.codebook_rows(lines)
            return tables.as_workbook([("Contributions", coded), ("Codes", codes)]), _XLSX
        case Form.CODED_CSV:
            return tables.as_csv(tables.post_rows(lines, posts)), "text/csv; charset=utf-8"
