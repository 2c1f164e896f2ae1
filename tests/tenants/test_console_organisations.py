"""Organisations at the console: found, made, dressed, named, paused and deleted (R40, R60)."""

from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from kernel.messages import letters
from kernel.tenancy import control_plane, tenant_context
from tenants import queries
from tenants.branding.models import Branding
from tenants.models import JobState, Organisation, OrganisationState, Role
from tenants.queries import jobs
from tenants.queries.domains import domains_of
from tenants.services import provisioning
from tests.making import client_of, make_conversation, make_organisation, new_address
from tests.named import names_served
from tests.staffing import desk_of, make_staff
from tests.tenants.test_logos import picture


@pytest.fixture
def desk() -> Client:
    return desk_of(make_staff(Role.OPERATOR))


@pytest.fixture
def client() -> Organisation:
    return make_organisation()


def at(organisation: Organisation, path: str = "") -> str:
    return f"/organisations/{organisation.pk}/{path}"


def upload(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def run_job(location: str) -> UUID:
    from django.utils import timezone

    job = UUID(location.rstrip("/").rpartition("/")[2])
    provisioning.run(job, at=timezone.now())
    return job


def test_the_list_is_found_by_name_in_few_queries(desk: Client, acme: Organisation) -> None:
    desk.get("/organisations/")

    with CaptureQueriesContext(connections["default"]) as seen:
        page = desk.get("/organisations/", {"q": "ACME"}).content.decode()

    assert f"/organisations/{acme.pk}/" in page
    assert "up to date" in page
    assert "The beta organisation" not in page
    assert len(seen) <= 10, [query["sql"][:100] for query in seen]
    assert "None fits" in desk.get("/organisations/", {"q": "nothing has this name"}).content.decode()


def test_others_see_those_they_work_for(acme: Organisation, beta: Organisation) -> None:
    page = desk_of(make_staff(Role.FACILITATOR, organisation=acme)).get("/organisations/").content.decode()

    assert acme.name in page
    assert beta.name not in page
    assert "New organisation" not in page


def test_an_organisation_is_made_from_the_form(desk: Client) -> None:
    """R60: the form, its progress, and the site."""
    slug, form = f"made-{uuid4().hex[:8]}", str(uuid4())
    typed = {"form": form, "name": "Made & <sons>", "slug": slug.upper(), "colour": "#ffee00", "clients": ""}

    asked = desk.post("/organisations/new/", {**typed, "logo": upload(picture())})
    waiting = desk.get(asked["Location"]).content.decode()
    run_job(asked["Location"])
    done = desk.get(asked["Location"], headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 500ms"' in waiting
    assert "Look now" in waiting
    assert f"http://{slug}.localhost:8000/" in done
    assert "hx-trigger" not in done
    made = queries.organisation(slug)
    assert made is not None
    assert "Made &amp; &lt;sons&gt;" in client_of(made).get("/").content.decode()
    assert desk.post("/organisations/new/", typed)["Location"] == asked["Location"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Give the name"),
        ({"slug": "no good"}, "1 to 40 small letters"),
        ({"slug": "acme"}, "Another organisation has this"),
        ({"colour": "red"}, "such as #00625a"),
        ({"clients": "a@b.example\nnot an address"}, "Line 2 is not an e-mail address"),
        ({"clients": "\n".join(f"p{n}@b.example" for n in range(21))}, "more than 20"),
        ({"logo": upload(b"<svg onload=alert(1)>", "logo.svg")}, "An SVG file can hold programs"),
        ({"logo": upload(b"x" * 3_000_000)}, "larger than 2 MB"),
    ],
)
def test_what_is_wrong_in_the_form_stands_beside_it(
    desk: Client, change: dict[str, object], said: str
) -> None:
    typed = {"form": str(uuid4()), "name": "Kept name", "slug": f"a-{uuid4().hex[:8]}", "colour": "#00625a"}

    refused = desk.post("/organisations/new/", {**typed, "clients": "", **change})

    assert refused.status_code in {409, 422}
    page = refused.content.decode()
    assert said in page
    assert "name" in change or "Kept name" in page


def test_without_scripts_a_button_shows_the_colours(desk: Client) -> None:
    """R40: what was asked for and what will be shown, both, with their contrast."""
    page = desk.post("/organisations/new/", {"colour": "#ffee00", "look": "1", "name": "Yellow"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "#ffee00 would have a contrast of 1." in text
    assert "Yellow" in text


def test_short_name_and_colour_are_checked_while_typing(desk: Client) -> None:
    free = desk.get("/organisations/new/short-name/", {"slug": f"f-{uuid4().hex[:8]}"}).content.decode()
    taken = desk.get("/organisations/new/short-name/", {"slug": "ACME"}).content.decode()
    shown = desk.get("/organisations/new/colours/", {"colour": "#123456"}).content.decode()

    assert "Free." in free
    assert "Another organisation has this" in taken
    assert "as it is" in shown
    assert "such as #00625a" in desk.get("/organisations/new/colours/", {"colour": "x"}).content.decode()


def test_a_job_there_is_not(desk: Client) -> None:
    assert desk.get(f"/organisations/jobs/{uuid4()}/").status_code == 404


def test_suspend_resume_archive_each_audited(desk: Client, client: Organisation) -> None:
    """R60, R64."""
    for act, state in (("suspend", "suspended"), ("archive", "archived"), ("resume", "serving")):
        assert desk.post(at(client, "state/"), {"act": act}).status_code == 302
        with control_plane():
            assert Organisation.objects.get(pk=client.pk).state == state
    assert desk.post(at(client, "state/"), {"act": "resume"}).status_code == 409
    assert desk.post(at(client, "state/"), {"act": "explode"}).status_code == 404

    assert _recorded(client)[:3] == [
        "organisation serving",
        "organisation archived",
        "organisation suspended",
    ]


def _recorded(organisation: Organisation) -> list[str]:
    from kernel.models import AuditEntry

    with control_plane():
        entries = AuditEntry.objects.filter(organisation=organisation.pk).order_by("-position")
        return [entry.what for entry in entries if entry.what != "organisation entered"]


def test_a_suspended_organisation_is_still_read_at_the_console(desk: Client, client: Organisation) -> None:
    desk.post(at(client, "state/"), {"act": "suspend"})

    assert "Suspended" in desk.get(at(client)).content.decode()
    assert client_of(client).get("/").status_code == 503


def test_what_ends_things_asks_for_the_second_factor_again(client: Organisation) -> None:
    stale = desk_of(make_staff(Role.OPERATOR), is_fresh=False)

    for path, form in (("state/", {"act": "suspend"}), ("delete/", {"typed": client.slug})):
        asked = stale.post(at(client, path), form)
        assert asked.status_code == 302
        assert "reauthenticate" in asked["Location"]
    with control_plane():
        assert Organisation.objects.get(pk=client.pk).state == OrganisationState.SERVING


def test_deleting_asks_for_the_short_name(desk: Client, client: Organisation) -> None:
    """R60."""
    with tenant_context(client.tenant):
        talk = make_conversation()
    assert talk.name in desk.get(at(client, "delete/")).content.decode()
    assert desk.post(at(client, "delete/"), {"typed": client.slug.upper()}).status_code == 422

    asked = desk.post(at(client, "delete/"), {"typed": client.slug})
    job = run_job(asked["Location"])

    assert jobs.job(job).state == JobState.DONE
    assert "Nothing of it is left" in desk.get(asked["Location"]).content.decode()
    assert desk.get(at(client)).status_code == 404


def test_client_users_are_invited_once_and_again_when_asked(desk: Client, client: Organisation) -> None:
    """R60: the mail says where, and carries no link that signs in."""
    address = new_address()

    for _time in range(2):
        assert desk.post(at(client, "client-users/"), {"clients": f"{address.upper()}\n"}).status_code == 302
    assert len(_letters(address)) == 1
    with tenant_context(client.tenant):
        account = Account.objects.get(email=address)
    desk.post(at(client, f"client-users/{account.pk}/"))

    assert len(_letters(address)) == 2
    assert f"http://{client.slug}.localhost:8000/organisation/" in _letters(address)[0]
    assert address in desk.get(at(client)).content.decode()
    assert desk.post(at(client, "client-users/"), {"clients": "nobody"}).status_code == 422
    assert desk.post(at(client, f"client-users/{uuid4()}/")).status_code == 404


def _letters(address: str) -> list[str]:
    return [letter.text for letter in letters(to=address)]


def test_branding_is_seen_on_the_site(desk: Client, client: Organisation) -> None:
    """R40: name, colour, words and logo."""
    typed = {"name": "Another name", "colour": "#224466", "welcome": "Welcome <to> us."}

    assert desk.post(at(client, "branding/"), {**typed, "logo": upload(picture("JPEG"))}).status_code == 302

    with tenant_context(client.tenant):
        digest = Branding.objects.get(pk=1).logo
    site = client_of(client)
    page = site.get("/").content.decode()
    assert "Another name" in page
    assert "Welcome &lt;to&gt; us." in page
    assert f'src="/logo/{digest}.png"' in page
    assert "--band: #224466" in site.get("/theme.css").content.decode()
    logo = site.get(f"/logo/{digest}.png")
    assert (logo["Content-Type"], logo.content[:4]) == ("image/png", b"\x89PNG")
    assert "immutable" in logo["Cache-Control"]
    assert site.get(f"/logo/{'0' * 32}.png").status_code == 404
    assert desk.get(at(client, f"logo/{digest}.png")).status_code == 200


def test_another_organisations_logo_is_not_there(
    desk: Client, client: Organisation, beta: Organisation
) -> None:
    """I23."""
    desk.post(at(client, "branding/"), {"name": "A", "colour": "#224466", "logo": upload(picture())})
    with tenant_context(client.tenant):
        digest = Branding.objects.get(pk=1).logo

    assert client_of(beta).get(f"/logo/{digest}.png").status_code == 404


def test_a_logo_is_changed_and_taken_away(desk: Client, client: Organisation) -> None:
    typed = {"name": client.name, "colour": "#224466", "welcome": ""}
    for size in ((40, 40), (50, 40)):
        desk.post(at(client, "branding/"), {**typed, "logo": upload(picture(size=size))})
    desk.post(at(client, "branding/"), typed)
    assert "band__logo" in client_of(client).get("/").content.decode()

    desk.post(at(client, "branding/"), {**typed, "without_logo": "1"})

    assert "band__mark" in client_of(client).get("/").content.decode()
    with tenant_context(client.tenant):
        from django.core.files.storage import default_storage

        assert default_storage.listdir("branding")[1] == []


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"colour": "blue"}, {"welcome": "w" * 301}, {"logo": upload(b"GIF89a")}],
)
def test_branding_that_cannot_be_changes_nothing(
    desk: Client, client: Organisation, change: dict[str, object]
) -> None:
    refused = desk.post(
        at(client, "branding/"), {"name": "New", "colour": "#999999", "welcome": "", **change}
    )

    assert refused.status_code == 422
    with tenant_context(client.tenant):
        kept = Branding.objects.get(pk=1)
    assert (kept.brand_colour, kept.logo) == ("#00625a", "")
    with control_plane():
        assert Organisation.objects.get(pk=client.pk).name == client.name


def test_domains_from_the_form_to_the_main_address(desk: Client, client: Organisation) -> None:
    name = f"{client.slug}.example"
    with names_served() as served:
        assert desk.post(at(client, "domains/"), {"name": name}).status_code == 302
        added = next(line.domain for line in domains_of(client.pk) if line.domain.domain == name)
        page = desk.get(at(client, "domains/")).content.decode()
        assert f"_conversations.{name}" in page
        assert added.token in page
        path = at(client, f"domains/{added.pk}/")
        assert desk.post(path, {"act": "check"}).status_code == 409
        served.texts[f"_conversations.{name}"] = [f"conversations-verification={added.token}"]
        for act in ("check", "main"):
            assert desk.post(path, {"act": act}).status_code == 302, act

    own = next(line.domain for line in domains_of(client.pk) if line.domain.is_ours)
    for act, status in (("lead", 302), ("stay", 302), ("remove", 409), ("explode", 404)):
        assert desk.post(at(client, f"domains/{own.pk}/"), {"act": act}).status_code == status, act
    assert desk.post(at(client, "domains/"), {"name": "not a name"}).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_everybody_else_looks_and_changes_nothing(acme: Organisation, role: Role) -> None:
    desk = desk_of(make_staff(role, organisation=acme))

    assert desk.get(at(acme)).status_code == 200
    for path in ("branding/", "domains/", "delete/", "projects/new/"):
        assert desk.get(at(acme, path)).status_code == 403, path
    for path in ("state/", "client-users/", "delete/", "branding/", "domains/"):
        assert desk.post(at(acme, path)).status_code == 403, path
    assert desk.get("/organisations/new/").status_code == 403
