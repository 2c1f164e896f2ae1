"""The generated client takes part in a conversation (R71)."""

import importlib.util
import io
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import httpx
import pytest
from django.core.management import call_command

from config.wsgi import application
from conversations.models import Conversation
from kernel.tenancy import tenant_context
from privacy.vault import runner
from tenants.models import Organisation
from tests.api.programs import client_program
from tests.making import code_sent_to, enrol, new_address
from web.api.client import python_client
from web.api.schema import TITLES, document
from web.api.scopes import Scope


def _module(site: str, folder: Path) -> ModuleType:
    out = io.StringIO()
    call_command("api_client", site, stdout=out)
    path = folder / f"{site}_client.py"
    path.write_text(out.getvalue())
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_signs_in_posts_comments_votes_and_reads_it_back(
    acme: Organisation, talk: Conversation, tmp_path: Path
) -> None:
    """R71: with nothing but the module and a code out of a message."""
    made, address = _module("participant", tmp_path), new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
    client = made.Client("http://acme.localhost", transport=httpx.WSGITransport(app=application))

    asking = client.ask_for_code(talk.slug, address=address)["asking"]
    told = client.sign_in(talk.slug, asking=asking, code=code_sent_to(address), scopes=["read", "write"])
    client.token = told["token"]
    assert told["may_write"]
    (stream,) = client.list_streams(talk.slug)["items"]
    key = uuid4().hex
    idea = client.post_idea(talk.slug, stream["id"], text="More daylight.", idempotency_key=key)["id"]
    assert client.post_idea(talk.slug, stream["id"], text="More daylight.", idempotency_key=key)["id"] == idea
    client.post_comment(talk.slug, idea, text="And plants.")
    client.vote(talk.slug, idea, vote="like")

    (read,) = client.list_ideas(talk.slug, stream["id"], sort="liked")["items"]
    assert (read["text"], read["likes"], read["comments"], read["own_vote"]) == (
        "More daylight.",
        1,
        1,
        "like",
    )
    assert client.list_comments(talk.slug, idea)["items"][0]["text"] == "And plants."
    client.sign_out(talk.slug)
    with pytest.raises(made.Refused, match="Send a token") as refused:
        client.list_own(talk.slug)
    assert (refused.value.code, refused.value.status) == ("token_refused", 401)


def test_one_of_the_organisations_brings_a_roster(
    acme: Organisation, talk: Conversation, tmp_path: Path
) -> None:
    """R71, R41: handed in, looked at, taken in, with nothing but the module and a token."""
    made, program = _module("client", tmp_path), client_program(acme, (Scope.READ, Scope.ROSTER))
    client = made.Client(
        "http://acme.localhost", program.token, transport=httpx.WSGITransport(app=application)
    )
    rows = "\n".join(["E-mail", *(new_address() for _person in range(12))])

    client.bring_roster(talk.slug, content=rows.encode(), idempotency_key=uuid4().hex)
    runner.run_waiting()
    assert client.get_roster_import(talk.slug)["is_ready"]
    client.take_roster_in(talk.slug)
    runner.run_waiting()

    assert client.get_roster_import(talk.slug)["counts"]["added"] == 12
    assert client.get_roster(talk.slug)["people"] == 10


@pytest.mark.parametrize("urlconf", TITLES)
def test_there_is_one_for_each_site_with_every_operation(urlconf: str, tmp_path: Path) -> None:
    source = python_client(document(urlconf))

    module = _module(urlconf.rpartition("_")[2], tmp_path)
    operations = {
        said["operationId"]
        for methods in document(urlconf)["paths"].values()
        for method, said in methods.items()
        if method in {"get", "post", "put", "delete"}
    }
    assert operations <= set(dir(module.Client))
    assert "Any]" in source
