"""Programs in tests: they have a host and a token, send JSON, and get JSON."""

import json
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Account
from conversations.models import Conversation
from kernel.tenancy import control_plane, tenant_context
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.making import code_sent_to, enrol, new_address
from tests.reporting.sponsoring import make_sponsor
from tests.staffing import make_staff
from web.api.scopes import Scope

BASE = "/api/v1/"


@dataclass
class Program:
    """`at` leads every address, such as "conversations/the-slug/"."""

    host: str
    token: str = ""
    at: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def within(self, at: str) -> Self:
        return type(self)(self.host, self.token, self.at + at, dict(self.headers))

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        own = {"authorization": f"Bearer {self.token}"} if self.token else {}
        data = "" if body is None else json.dumps(body)
        return Client(headers={"host": self.host, **own, **self.headers, **headers}).generic(
            method, BASE + self.at + path, data, content_type="application/json"
        )

    def send_file(self, path: str, content: bytes, kind: str = "text/csv", **headers: str) -> Any:
        own = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return Client(headers={"host": self.host, **own, **self.headers, **headers}).generic(
            "POST", BASE + self.at + path, content, content_type=kind
        )

    def get(self, path: str = "", **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: object) -> Any:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def code(self, response: HttpResponse) -> str:
        """Of a problem, which has to be one in every respect."""
        assert response["Content-Type"] == "application/problem+json", response.content
        said: dict[str, Any] = json.loads(response.content)
        assert said["status"] == response.status_code
        assert said["detail"].endswith((".", "?"))
        return str(said["code"])


def site_of(organisation: Organisation) -> Program:
    return Program(f"{organisation.slug}.localhost")


def participant(
    organisation: Organisation,
    conversation: Conversation,
    address: str | None = None,
    scopes: tuple[str, ...] = ("read", "write"),
) -> Program:
    """Somebody on the roster, signed in by code through the interface itself."""
    address = address or new_address()
    with tenant_context(organisation.tenant):
        enrol(conversation, address)
    return sign_in(site_of(organisation).within(f"conversations/{conversation.slug}/"), address, scopes)


def sign_in(program: Program, address: str, scopes: tuple[str, ...] = ("read", "write")) -> Program:
    asked = program.post("sign-in/", {"address": address})
    assert asked.status_code == 202, asked.content
    typed = {"asking": asked.json()["asking"], "code": code_sent_to(address), "scopes": list(scopes)}
    came_in = program.post("sign-in/code/", typed)
    assert came_in.status_code == 201, came_in.content
    return Program(program.host, came_in.json()["token"], program.at)


def staff_program(
    *roles: Role, organisation: Organisation | None = None, scopes: tuple[Scope, ...] = tuple(Scope)
) -> Program:
    """The program of somebody with these roles, in one organisation or everywhere."""
    return program_of(make_staff(*roles, organisation=organisation), scopes)


def program_of(staff: Staff, scopes: tuple[Scope, ...] = tuple(Scope)) -> Program:
    with control_plane():
        account = Account.objects.get(pk=staff.id)
        made = tokens.make_token(
            account=account, name=f"Program {uuid4().hex[:6]}", scopes=scopes, days=7, at=timezone.now()
        )
    return Program(settings.CONSOLE_HOST, made.secret)


def client_program(
    organisation: Organisation, scopes: tuple[Scope, ...] = (Scope.READ, Scope.WRITE)
) -> Program:
    account = make_sponsor(organisation)
    with tenant_context(organisation.tenant):
        made = tokens.make_token(
            account=account, name="Figures for the board", scopes=scopes, days=7, at=timezone.now()
        )
    return Program(f"{organisation.slug}.localhost", made.secret, "organisation/")
