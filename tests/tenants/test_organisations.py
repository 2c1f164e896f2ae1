from datetime import date

import psycopg
import pytest
from django.core.management import CommandError, call_command

from kernel.tenancy import control_plane, tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault_for
from tenants import queries
from tenants.branding.palette import ColourNotUsable
from tenants.models import Domain, Organisation
from tenants.services import organisations
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import client_of, make_conversation, make_organisation, make_people, new_address

TODAY = date(2026, 6, 10)


def _create(slug: str, domain: str | None = None, colour: str = "#123456") -> Organisation:
    return organisations.create_organisation(
        name="An organisation", slug=slug, domain=domain or f"{slug}.localhost", brand_colour=colour, on=TODAY
    )


def _schemas_and_roles() -> set[str]:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        # Roles belong to the whole server, where other workers create theirs: ask for our schemas' own.
        rows = admin.execute("SELECT nspname, to_regrole(nspname) FROM pg_namespace").fetchall()
    return {str(name) for row in rows for name in row if name}


def test_a_new_organisation_answers_branded_and_empty() -> None:
    """R40, R60."""
    organisation = make_organisation(colour="#7a1f5c")
    browser = client_of(organisation)

    assert "No conversation yet" in browser.get("/").content.decode()
    assert "--band: #7a1f5c" in browser.get("/theme.css").content.decode()


def test_schema_names_are_random_and_say_nothing() -> None:
    one, other = make_organisation("quite-telling"), make_organisation()

    assert one.schema_name != other.schema_name
    assert "quite" not in one.schema_name


@pytest.mark.parametrize(
    "slug",
    ["", "UPPER", "-a", "a-", "a b", "a.b", "a" * 41, "console", "www", "pg-x", "a_b", "ä", "a'b", "a\n"],
)
def test_a_strange_short_name_is_refused(slug: str) -> None:
    """I27."""
    before = _schemas_and_roles()

    with pytest.raises(organisations.SlugNotUsable):
        _create(slug, domain="x.localhost")

    assert _schemas_and_roles() == before


def test_a_name_that_is_taken_leaves_nothing_behind(acme: Organisation) -> None:
    before = _schemas_and_roles()

    with pytest.raises(organisations.SlugTaken):
        _create("acme", domain="another.localhost")
    with pytest.raises(organisations.SlugTaken):
        _create("another-one", domain="acme.localhost")

    assert _schemas_and_roles() == before


def test_a_colour_that_is_none_creates_nothing() -> None:
    with pytest.raises(ColourNotUsable):
        _create("colourless", colour="teal")

    assert queries.organisation("colourless") is None


def test_a_suspended_organisation_says_so_and_comes_back() -> None:
    """R60."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        conversation = make_conversation()

    organisations.suspend_organisation(by=None, organisation=organisation)
    paused = client_of(organisation).get(f"/{conversation.slug}/")
    assert (paused.status_code, "paused at the moment" in paused.content.decode()) == (503, True)
    assert organisation.tenant not in queries.Organisations().serving()

    organisations.resume_organisation(by=None, organisation=organisation)
    assert client_of(organisation).get(f"/{conversation.slug}/").status_code == 200


def test_a_deleted_organisation_is_gone_everywhere(acme: Organisation) -> None:
    """R60, I30: schema, role, rows, people and keys; the others are untouched."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        conversation = make_conversation()
        make_people(conversation, 3)
    with tenant_context(acme.tenant):
        ours = make_conversation()

    organisations.delete_organisation(organisation)
    runner.run_waiting()

    assert organisation.schema_name not in _schemas_and_roles()
    assert client_of(organisation).get("/").status_code == 404
    assert vault_for(organisation.tenant).conversations() == []
    assert not list(_key_files(organisation))
    with control_plane():
        assert not Domain.objects.filter(tenant_id=organisation.pk).exists()
    assert client_of(acme).get(f"/{ours.slug}/").status_code == 200


def test_deleting_goes_on_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = make_organisation()

    def crash(_schema: str) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(organisations, "drop_schema", crash)
        organisations.delete_organisation(organisation)

    assert client_of(organisation).get("/").status_code == 404
    organisations.delete_organisation(organisation)
    assert organisation.schema_name not in _schemas_and_roles()


def test_the_command_creates_lists_and_deletes(capsys: pytest.CaptureFixture[str]) -> None:
    slug = f"by-command-{new_address()[:6]}"

    call_command("organisation", "create", slug, "By command", "--colour", "#224466")
    call_command("organisation", "list")
    with pytest.raises(CommandError, match="Choose another"):
        call_command("organisation", "create", slug, "Again")
    with pytest.raises(CommandError, match="names differ"):
        call_command("organisation", "delete", slug, "--yes-delete", "something")
    call_command("organisation", "suspend", slug)
    call_command("organisation", "resume", slug)
    call_command("organisation", "delete", slug, "--yes-delete", slug)
    with pytest.raises(CommandError, match="no organisation"):
        call_command("organisation", "suspend", slug)

    assert f"{slug}.localhost" in capsys.readouterr().out


def _key_files(organisation: Organisation) -> list[str]:
    """Without the marks that they were destroyed, which hold nothing."""
    from tests.making import keys_folder

    return [
        str(path)
        for path in keys_folder().parent.rglob("*")
        if organisation.pk.hex in str(path) and path.is_file() and path.stat().st_size
    ]
