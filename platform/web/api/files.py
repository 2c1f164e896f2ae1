"""Bodies that are a table somebody else made: as they are, or as the part `file` of a form. Nothing is read here."""

from collections.abc import Mapping
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from kernel.errors import DomainError
from web.api.problems import InputNotReadable
from web.api.reading import OneForm

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV, BYTES, FORM = "text/csv", "application/octet-stream", "multipart/form-data"
PART = "file"


class NotATable(DomainError):
    code = "not_a_table"
    status = 415
    message = _(
        "Send a workbook (.xlsx) or a CSV file: as it is with its content type, or as the part “file” of a form."
    )


class AsItIs(BaseParser):
    """At most one byte more than any page takes, so that services see what is too large."""

    media_type = BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  (REST framework's signature)
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:  # noqa: ANN401  (bytes; the framework would have it a mapping)
        return bytes(stream.read(settings.FILE_UPLOAD_MAX_MEMORY_SIZE + 1))


class PartOfForm(BaseParser):
    """The same handlers and limits as a page's form, so that nothing touches a disk. Raises InputNotReadable."""

    media_type = FORM

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  (bytes)
        request = (parser_context or {})["request"]
        try:
            reader = MultiPartParser(request.META, cast("Any", stream), request.upload_handlers, "utf-8")
            _fields, files = reader.parse()
        except (MultiPartParserError, SuspiciousOperation) as reason:
            raise InputNotReadable(PART) from reason
        chosen = files.get(PART)
        return bytes(chosen.read()) if chosen is not None else b""


class TableForm(OneForm):
    """A table in, the usual form out. What a file holds is found out by looking, not by what it is called."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ANN401
        """Raises NotATable."""
        kind = str(request.content_type or "").partition(";")[0].strip().lower()
        found = {FORM: PartOfForm, BYTES: AsItIs, CSV: AsItIs, WORKBOOK: AsItIs}.get(kind)
        if found is None:
            raise NotATable
        return next(parser for parser in parsers if isinstance(parser, found))
