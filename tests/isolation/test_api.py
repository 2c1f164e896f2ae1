"""The interfaces' walls: every address there is, asked by everybody who should find nothing (I1-I4, R70, R71)."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea, RosterUpload
from conversations.services import posting, tallies
from conversations.services.queue import filling
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.api.programs import Program, client_program, participant, staff_program
from tests.making import make_conversation, make_idea, make_people, stream_of
from web.api.schema import document
from web.api.scopes import Scope

CANARY = "CANARY-of-beta"
_METHODS = ("get", "post", "put", "delete")


def _operations(urlconf: str) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document(urlconf)["paths"].items():
        for method in _METHODS:
            if method in methods:
                content = methods[method].get("requestBody", {}).get("content", {})
                bodies = [
                    one["value"] for kind in content.values() for one in kind.get("examples", {}).values()
                ]
                yield method, path.removeprefix("/api/v1/"), bodies[0] if bodies else None


def _filled(path: str, ids: dict[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: str(ids.get(match[1], uuid4())), path)


@pytest.fixture
def ours(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def theirs(beta: Organisation, ours: Conversation) -> Conversation:
    """Of the same slug, with an idea and a comment."""
    with tenant_context(beta.tenant):
        conversation = make_conversation(slug=ours.slug)
        (ben,) = make_people(conversation)
        idea = make_idea(conversation, ben, CANARY)
        posting.add_comment(
            conversation=conversation, idea=idea, by=ben, form="one", text=CANARY, at=timezone.now()
        )
        tallies.count_conversation(conversation=conversation.pk)
        filling.fill_missing(conversation=conversation)
        return conversation


@pytest.fixture
def ids(beta: Organisation, theirs: Conversation) -> dict[str, Any]:
    with tenant_context(beta.tenant):
        idea = Idea.objects.get(stream__conversation=theirs).pk
        return {
            "slug": theirs.slug,
            "stream": stream_of(theirs).pk,
            "idea": idea,
            "comment": Comment.objects.get(idea=idea).pk,
            "post": idea,
            "organisation": beta.pk,
            "project": theirs.pk,
        }


def test_no_address_shows_or_changes_anything_of_another_organisation(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: Conversation, ids: dict[str, Any]
) -> None:
    """I1, I2: a participant, reading and writing."""
    program = participant(acme, ours)
    for method, path, body in _operations("config.urls.api_participant"):
        if "token/" in path or path.endswith("survey/"):
            continue
        response = Program(program.host, program.token).send(method.upper(), _filled(path, ids), body)
        assert CANARY not in response.content.decode(), path
        if {"{stream}", "{idea}", "{comment}"} & set(re.findall(r"\{\w+\}", path)):
            assert response.status_code in {404, 409}, (method, path)

    with tenant_context(beta.tenant):
        idea = Idea.objects.get(pk=ids["idea"])
        assert (idea.likes, idea.dislikes, idea.comment_count) == (0, 0, 1)
        assert Idea.objects.filter(stream__conversation=theirs).count() == 1


@pytest.mark.parametrize("is_ours", [True, False], ids=["under our address", "under theirs"])
def test_staff_of_one_organisation_find_nothing_of_another(
    acme: Organisation, theirs: Conversation, ids: dict[str, Any], *, is_ours: bool
) -> None:
    """I1-I3: every role but the operator's, assigned in acme alone."""
    roles = [role for role in Role if role is not Role.OPERATOR]
    program = staff_program(*roles, organisation=acme)
    where = {**ids, "organisation": acme.pk} if is_ours else ids
    for method, path, body in _operations("config.urls.api_console"):
        named = {"{project}"} if is_ours else {"{organisation}"}
        if named & set(re.findall(r"\{\w+\}", path)):
            response = program.send(method.upper(), _filled(path, where), body)
            assert response.status_code in {403, 404}, (method, path, response.content)
            assert CANARY not in response.content.decode()


def test_without_a_token_every_address_is_closed(acme: Organisation, ours: Conversation) -> None:
    own = {"slug": ours.slug, "organisation": acme.pk, "project": ours.pk}
    for urlconf, host in (
        ("config.urls.api_participant", "acme.localhost"),
        ("config.urls.api_client", "acme.localhost"),
        ("config.urls.api_console", "console.localhost"),
    ):
        paths = document(urlconf)["paths"]
        for method, path, body in _operations(urlconf):
            if paths[f"/api/v1/{path}"][method].get("security"):
                response = Program(host).send(method.upper(), _filled(path, own), body)
                assert response.status_code == 401, (method, path)


def test_wrong_roles_find_the_door_closed(acme: Organisation, ours: Conversation) -> None:
    """R65: each operation is asked by somebody of the organisation without any of its roles."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def views(found: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
        for pattern in found:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from views(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
                yield route, pattern.callback.cls

    own = {"organisation": acme.pk, "project": ours.pk}
    asked = 0
    for route, view in views(get_resolver("config.urls.api_console").url_patterns):
        for method, roles in getattr(view, "roles", {}).items():
            others = [role for role in Role if role not in roles and role is not Role.OPERATOR]
            if not hasattr(view, method) or not roles:
                continue
            program = staff_program(*others, organisation=acme)
            path = re.sub(r"<\w+:(\w+)>", r"{\1}", route).removeprefix("api/v1/")
            response = program.send(method.upper(), _filled(path, own), {})
            assert (response.status_code, program.code(response)) == (403, "role_missing"), (method, route)
            asked += 1
    assert asked > 10


def test_a_program_of_the_organisation_sees_its_own_alone(
    acme: Organisation, theirs: Conversation, beta: Organisation
) -> None:
    """I1, I2: read and written, under a slug that both have and under one that is theirs alone."""
    program = client_program(acme, (Scope.READ, Scope.ROSTER))
    with tenant_context(beta.tenant):
        alone = make_conversation()
    for slug in (theirs.slug, alone.slug):
        for method, path, body in _operations("config.urls.api_client"):
            if (method, path) == ("delete", "organisation/token/"):
                continue
            whole = Program(program.host, program.token)
            if path.endswith("/file/"):
                response = whole.send_file(_filled(path, {"slug": slug}), str(body).encode())
            else:
                response = whole.send(method.upper(), _filled(path, {"slug": slug}), body)
            assert CANARY not in response.content.decode()
            assert beta.name not in response.content.decode()
            if slug == alone.slug and "{slug}" in path:
                assert response.status_code == 404, (method, path)

    with tenant_context(beta.tenant):
        assert not RosterUpload.objects.filter(conversation__in=[theirs, alone]).exists()
