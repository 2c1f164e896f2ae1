"""The description of a site's interface (OpenAPI), made from the code and kept by the process."""

from functools import cache
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from web.api.endpoint import Endpoint
from web.api.tags import tagged

TITLES = {
    "config.urls.api_participant": "Taking part in a conversation",
    "config.urls.api_client": "The organisation's own side",
    "config.urls.api_console": "The console",
}


class Described(AutoSchema):
    """Reads an Endpoint: its tag, and whether it needs a token."""

    def get_tags(self) -> list[str]:
        return [cast("Endpoint", self.view).tag]

    def _get_serializer_name(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401  (the library's signature)
        name: str = super()._get_serializer_name(*args, **kwargs)
        return name.removesuffix("Shape")

    def get_auth(self) -> list[dict[str, Any]]:
        return [{"token": []}] if cast("Endpoint", self.view).needs_token else []


@cache
def document(urlconf: str) -> dict[str, Any]:
    """Of one site. Descriptions are in English, whatever language sentences are asked for in."""
    with translation.override("en"):
        found: dict[str, Any] = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the library says nothing of it
    found["info"]["title"] = TITLES[urlconf]
    # Through JSON once: what is left are plain values, in the form in which they travel.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found, enc_hook=str))
    return plain


@cache
def _encoded(urlconf: str) -> bytes:
    return msgspec.json.encode(document(urlconf))


@require_safe
def schema(request: HttpRequest, urlconf: str) -> HttpResponse:
    """The same for everybody until the next release, so it may be kept and asked for by its tag."""
    response = HttpResponse(_encoded(urlconf), content_type="application/vnd.oai.openapi+json")
    tagged(response, request.headers.get("If-None-Match", ""))
    response["Cache-Control"] = "public, max-age=300"
    return response
