"""The base of every address of the interface, and the decorator that describes what one of its methods does."""

import functools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar, cast
from uuid import uuid4

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.errors import DomainError
from web.api.problems import MEDIA_TYPE, InputNotReadable, ScopeMissing, TokenRefused
from web.api.scopes import Scope
from web.api.shapes import Problem, Shape, is_key

_BEARER = "bearer"
JSON = "application/json"
_NOTHING = OpenApiResponse(description="Done. There is nothing to say.")
KEY_HEADER = "Idempotency-Key"


class Endpoint(APIView):
    """
    An address. Subclasses find out in `come_in` who asks and where; the method then calls one service.

    No cookie is ever looked at, so no other site can make a browser ask for anything here.
    """

    tag = "Other"
    needs_token = True
    places: ExitStack

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401  (Django's signature)
        with ExitStack() as self.places:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().initial(request, *args, **kwargs)
        handler = getattr(self, (request.method or "").lower(), None)
        if handler is not None:
            self.come_in(request, getattr(handler, "scope", Scope.READ))

    def come_in(self, request: Request, scope: Scope) -> None:
        """Raises what keeps somebody out."""

    def once(self, work: Callable[[], HttpResponse]) -> HttpResponse:
        """Around a method that changes something. Where forms make it harmless to ask twice, it just does it."""
        return work()

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        response = super().finalize_response(*args, **kwargs)
        patch_vary_headers(response, ("Authorization", "Accept-Language"))
        return response

    # What was sent -----------------------------------------------------------------------

    def bearer(self) -> str:
        """The token as it was sent. Raises TokenRefused."""
        kind, _space, token = self.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != _BEARER or not token.strip() or not token.isascii():
            raise TokenRefused
        return token.strip()

    def taken(self, shape: type[Shape]) -> dict[str, Any]:
        """The body, as it is described. Raises InputNotReadable."""
        return _checked(shape, self.request.data)

    def asked(self, shape: type[Shape]) -> dict[str, Any]:
        """The query, as it is described; of what is there twice the last counts."""
        return _checked(shape, self.request.query_params.dict())

    def form(self) -> str:
        """
        What names this request, so that the same sent twice is done once. Raises InputNotReadable.

        It holds the address: ids of posts are made of it, and a key that is used for an idea and for a comment
        must not give both the same id, or everybody could see that they are of one author.
        """
        key = self.request.headers.get(KEY_HEADER)
        if key is None:
            return str(uuid4())
        if not is_key(key):
            raise InputNotReadable(KEY_HEADER)
        return f"{self.request.method} {self.request.path} {key}"

    def given(self, shape: type[Shape], what: Any, *, status: int = 200) -> Response:  # noqa: ANN401  (whatever the shape describes)
        return Response(shape(what).data, status=status)

    def nothing(self) -> Response:
        return Response(status=204)


def _checked(shape: type[Shape], sent: Any) -> dict[str, Any]:  # noqa: ANN401
    read = shape(data=sent)
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def require_scope(scopes: Sequence[str], scope: Scope) -> None:
    """Raises ScopeMissing."""
    if scope not in scopes:
        raise ScopeMissing


# Describing ------------------------------------------------------------------------------

E = TypeVar("E", bound=Callable[..., HttpResponse])


def operation(
    name: str,
    *,
    gives: type[Shape] | OpenApiResponse | None = None,
    status: int = 200,
    takes: type[Shape] | dict[str, Any] | None = None,
    asks: type[Shape] | None = None,
    **more: Any,  # noqa: ANN401  (those of _described)
) -> Callable[[E], E]:
    """
    What a method is called, takes, gives and refuses. Its docstring describes it, and its `scope` is asked for.

    `takes` is a shape as JSON, or what there is by media type. `scope`, `refuses` (classes of DomainError), `sent`
    and `got` (examples, others as `examples`), `media_type` besides.
    """
    scope: Scope = more.pop("scope", Scope.READ)

    def decorate(method: E) -> E:
        def inside(self: Endpoint, request: Request, /, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
            if scope is Scope.READ or method.__name__ == "get":
                return method(self, request, *args, **kwargs)
            return self.once(lambda: method(self, request, *args, **kwargs))

        functools.update_wrapper(inside, method)
        inside.scope = scope  # type: ignore[attr-defined]  # read by `Endpoint.initial`
        describe = extend_schema(
            operation_id=name,
            summary=_first_line(method),
            description=_description(method, scope),
            request=takes,
            responses=_responses(gives, (status, more.get("media_type", JSON)), more.get("refuses", ())),
            parameters=_parameters(
                asks, repeatable=method.__name__ == "post" and more.get("repeatable", True)
            ),
            examples=[*_examples(more.get("sent"), more.get("got"), status), *more.get("examples", [])],
            extensions={"x-scope": scope.value},
        )
        return cast("E", describe(inside))

    return decorate


def _first_line(method: Callable[..., Any]) -> str:
    return (method.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _description(method: Callable[..., Any], scope: Scope) -> str:
    lines = [line.strip() for line in (method.__doc__ or "").strip().splitlines()]
    return "\n".join([*lines, "", f"Scope: `{scope.value}`."])


def _responses(
    gives: type[Shape] | OpenApiResponse | None, status: tuple[int, str], refuses: Sequence[type[DomainError]]
) -> dict[Any, Any]:
    by_status: dict[int, list[str]] = {}
    for refusal in refuses:
        by_status.setdefault(refusal.status, []).append(f"`{refusal.code}`: {refusal.message!s}")
    responses: dict[Any, Any] = {status: gives} if gives else {status[0]: _NOTHING}
    for code, sentences in sorted(by_status.items()):
        told = OpenApiResponse(Problem, description="\n\n".join(dict.fromkeys(sentences)))
        responses[code, MEDIA_TYPE] = told
    responses["default", MEDIA_TYPE] = OpenApiResponse(
        Problem,
        description="Any other refusal: no good token, nothing there, asked too often, part of us is away.",
    )
    return responses


def _parameters(asks: type[Shape] | None, *, repeatable: bool) -> list[Any]:
    key = OpenApiParameter(
        KEY_HEADER,
        str,
        OpenApiParameter.HEADER,
        description="Names this request: sent again within a day with the same key, it is done once.",
    )
    return [*([asks] if asks else []), *([key] if repeatable else [])]


def _examples(sent: Any, got: Any, status: int) -> list[OpenApiExample]:  # noqa: ANN401  (JSON)
    found = []
    if sent is not None:
        found.append(OpenApiExample("What is sent", value=sent, request_only=True))
    if got is not None:
        found.append(
            OpenApiExample("What comes back", value=got, response_only=True, status_codes=[str(status)])
        )
    return found
