"""What several pages of coding show."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from conversations.staff import ProjectRequest
from reporting.coding.queries.frames import CodeLine


def address(request: ProjectRequest, name: str, *more: object) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk, *more])


def onwards(request: ProjectRequest, name: str, *more: object, query: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(address(request, name, *more) + query)


def today(request: ProjectRequest) -> date:
    return timezone.now().astimezone(request.conversation.zone).date()


def by_id(lines: Iterable[CodeLine]) -> dict[UUID, CodeLine]:
    return {line.id: line for line in lines}


def page_context(lines: list[CodeLine], **more: object) -> dict[str, Any]:
    return {"lines": lines, "codes": by_id(lines), "trouble": "", **more}
