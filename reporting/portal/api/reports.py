"""Published reports, and their files. Each download stands in the audit, like one from a page."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import NotFound
from reporting.documents.models import Format
from reporting.documents.queries import reports_of
from reporting.documents.services.filing import FileAway
from reporting.documents.services.links import opened
from reporting.portal.api.base import ConversationEndpoint
from reporting.portal.queries import reports
from web.api.endpoint import operation
from web.api.shapes import Shape, Text, list_of

_FORMATS = [one.value for one in Format]


class FileShape(Shape):
    """One file of a report. `digest` is that of its content (SHA-256)."""

    format = serializers.ChoiceField(_FORMATS)
    size = serializers.IntegerField()
    digest = Text()


class ReportShape(Shape):
    """A published report: of each the one version that stands."""

    version = serializers.UUIDField()
    title = Text()
    language = Text()
    number = serializers.IntegerField()
    published_on = serializers.DateField()
    formats = FileShape(many=True)


class Reports(ConversationEndpoint):
    tag = "Reports"

    @operation("list_reports", gives=list_of(ReportShape), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """Published reports, newest first."""
        return self.given(list_of(ReportShape), {"items": reports_of(self.conversation)})


class ReportFile(ConversationEndpoint):
    tag = "Reports"

    @operation(
        "get_report_file",
        gives=OpenApiResponse(OpenApiTypes.BINARY, description="The file."),
        media_type="application/octet-stream",
        refuses=[NotFound, FileAway],
    )
    def get(self, request: Request, version: UUID, format: str) -> HttpResponse:  # noqa: ARG002
        """A file of a report that stands published, always one to keep. Its tag is the digest of its content."""
        document = reports.document_of(self.conversation, version, format)
        content = opened(document, reader=self.account.pk, where="organisation")
        response = HttpResponse(content, content_type="application/octet-stream")
        name = slugify(document.version.report.title) or "report"
        response["Content-Disposition"] = f'attachment; filename="{name}.{document.format}"'
        response["ETag"] = f'"{document.digest}"'
        return response
