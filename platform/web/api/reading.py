"""Bodies of requests: JSON of a bounded size, and nothing else."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from web.api.problems import InputNotReadable, InputTooLarge


class Json(BaseParser):
    """Raises InputTooLarge, InputNotReadable."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  (REST framework's signature)
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:  # noqa: ANN401  (whatever was sent)
        # The framework reads past Django's own limit on what a request may hold.
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise InputTooLarge
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError) as reason:
            raise InputNotReadable from reason


class AsJson(BaseRenderer):
    """The only form there is. Text stays readable: the media type says that it is no page."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,  # noqa: ANN401
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        return b"" if data is None else msgspec.json.encode(data)


class OneForm(BaseContentNegotiation):
    """There is one form in and one out, whatever was asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:  # noqa: ANN401
        """None is answered with 415."""
        is_json = str(request.content_type or "").partition(";")[0].strip().lower() == Json.media_type
        return parsers[0] if is_json else None

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Any,  # noqa: ANN401
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
