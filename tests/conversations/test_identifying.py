"""Identification over the console's pages: asked, decided by another, seen once, told and counted."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea, Message, MessageKind, OpenIdentification, Post
from conversations.services import identifying, safeguarding
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from kernel.zones import inside_vault
from privacy.anonymity import Kind
from privacy.oversight.models import Identification, IdentificationState
from privacy.oversight.services.identifications import LASTS, digest_of
from privacy.vault import officers
from privacy.vault.models import Grant
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tests.making import change, enrol, make_conversation, make_idea, make_people, new_address, ticket_of
from tests.staffing import desk_of, make_staff

OFFICER = "officer@clever.example"
FORM = {"ground": "abuse", "telling": "told", "explanation": "It insults a colleague for weeks."}


@pytest.fixture
def address() -> str:
    return new_address()


@pytest.fixture
def idea(acme: Organisation, talk: Conversation, address: str) -> UUID:
    with inside_vault():
        officers.add(acme.pk, OFFICER)
    with tenant_context(acme.tenant):
        enrol(talk, address)
        return make_idea(talk, ticket_of(talk, address), "Something abusive")


@pytest.fixture
def asks(acme: Organisation) -> Staff:
    return make_staff(Role.FACILITATOR, Role.PRIVACY_OFFICER, organisation=acme)


@pytest.fixture
def decides(acme: Organisation) -> Staff:
    return make_staff(Role.PRIVACY_OFFICER, organisation=acme)


@pytest.fixture
def path(acme: Organisation, talk: Conversation, idea: UUID) -> str:
    return f"/organisations/{acme.pk}/projects/{talk.pk}/posts/idea/{idea}/identify/"


@pytest.fixture(autouse=True)
def _no_officer_stays(acme: Organisation) -> Iterator[None]:
    yield
    with inside_vault():
        officers.remove(acme.pk, OFFICER)


def _record() -> Identification:
    with control_plane():
        return Identification.objects.order_by("-asked_at")[0]


def _log(record: Identification) -> list[str]:
    with control_plane():
        found = AuditEntry.objects.filter(about__identification=str(record.pk)).order_by("position")
        return [entry.what for entry in found]


def _approve(desk: Client, path: str) -> int:
    return desk.post(f"{path}decide/", {"decision": "approve"}).status_code


def test_asked_by_one_approved_by_another_shown_once(
    acme: Organisation, talk: Conversation, idea: UUID, address: str, path: str, asks: Staff, decides: Staff
) -> None:
    """R27, scenario 21: told, counted, and the log is complete."""
    mine, theirs = desk_of(asks), desk_of(decides)
    assert mine.post(path, FORM).status_code == 302
    assert _approve(mine, path) == 403
    assert mine.post(f"{path}see/").status_code == 403
    assert _approve(theirs, path) == 302

    assert theirs.post(f"{path}see/").status_code == 403
    shown = mine.post(f"{path}see/")
    again = mine.post(f"{path}see/")

    assert address in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert again.status_code == 403
    assert address not in again.content.decode()
    record = _record()
    assert _log(record) == [f"identification {step}" for step in ("asked", "approved", "opened", "seen")]
    with tenant_context(acme.tenant):
        assert Conversation.objects.get(pk=talk.pk).identified_times == 1
        told = Message.objects.get(thread__idea=idea)
        assert (told.kind, told.text) == (MessageKind.KNOWN, "The reason: this post is personally abusive.")
        assert not OpenIdentification.objects.filter(idea=idea).exists()


def test_the_record_tells_neither_who_nor_about_what(
    talk: Conversation, idea: UUID, address: str, path: str, asks: Staff
) -> None:
    """R64, idea 4: a salted digest, which shows it to somebody who knows the post already."""
    desk_of(asks).post(path, FORM)

    record = _record()
    with control_plane():
        everything = str(Identification.objects.filter(pk=record.pk).values()) + str(
            list(AuditEntry.objects.filter(about__identification=str(record.pk)).values())
        )
    assert str(idea) not in everything
    assert idea.hex not in everything
    assert address not in everything
    assert bytes(record.digest) == digest_of(idea, bytes(record.salt))


def test_without_another_officer_nothing_opens(path: str, asks: Staff) -> None:
    """R27: fails closed."""
    desk = desk_of(asks)
    desk.post(path, FORM)

    assert _approve(desk, path) == 403
    assert desk.post(f"{path}see/").status_code == 403
    assert "You cannot decide about what you asked for" in desk.get(path).content.decode()


def test_without_an_officer_on_the_vaults_list_nothing_is_asked(
    acme: Organisation, path: str, asks: Staff
) -> None:
    with inside_vault():
        officers.remove(acme.pk, OFFICER)

    response = desk_of(asks).post(path, FORM)

    assert response.status_code == 409
    assert "on the vault" in response.content.decode()


def test_what_uncovers_needs_the_second_factor_again(path: str, asks: Staff, decides: Staff) -> None:
    """R65."""
    desk_of(asks).post(path, FORM)

    desk = desk_of(decides)
    with control_plane():
        session = desk.session
        given = session[AUTHENTICATION_METHODS_SESSION_KEY]
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{**one, "at": one["at"] - 400} for one in given]
        session.save()

    response = desk.post(f"{path}decide/", {"decision": "approve"})

    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert _record().state == IdentificationState.ASKED


def test_a_refusal_ends_it_and_it_can_be_asked_for_again(path: str, asks: Staff, decides: Staff) -> None:
    mine, theirs = desk_of(asks), desk_of(decides)
    mine.post(path, FORM)
    theirs.post(f"{path}decide/", {"decision": "refuse"})

    assert _record().state == IdentificationState.REFUSED
    assert _approve(theirs, path) == 403
    assert mine.post(path, FORM).status_code == 302


def test_one_identification_goes_on_for_a_post_at_a_time(path: str, asks: Staff) -> None:
    desk = desk_of(asks)
    desk.post(path, FORM)

    assert desk.post(path, FORM).status_code == 409


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"ground": ""}, "Choose one of the grounds"),
        ({"ground": "curiosity"}, "Choose one of the grounds"),
        ({"telling": ""}, "Choose whether the person is told"),
        ({"explanation": ""}, "Write something first"),
        ({"explanation": "x" * 601}, "characters long"),
        ({"explanation": "It is about Jane Miller"}, "may name or reach somebody"),
        ({"explanation": "Call 07400 123456"}, "may name or reach somebody"),
        ({"ground": "wellbeing"}, "For somebody"),
    ],
)
def test_a_form_that_will_not_do_is_answered_beside_it(
    path: str, asks: Staff, form: dict[str, str], says: str
) -> None:
    """R27."""
    response = desk_of(asks).post(path, {**FORM, **form})

    assert response.status_code in {409, 422}
    assert says in response.content.decode()


def test_wellbeing_is_a_ground_only_where_the_text_says_so_and_after_an_offer(
    acme: Organisation, talk: Conversation, idea: UUID, path: str, asks: Staff
) -> None:
    """R28, P5."""
    desk, post = desk_of(asks), Post(Kind.IDEA, idea)
    assert "A life seems to be in danger" not in desk.get(path).content.decode()
    with tenant_context(acme.tenant):
        change(talk, identifies_for_wellbeing=True)
        fresh = Conversation.objects.get(pk=talk.pk)
        about = {"conversation": fresh, "post": post, "by": asks, "at": timezone.now()}
        safeguarding.open_case(**about, text="They write of the end")  # type: ignore[arg-type]
        safeguarding.offer_support(**about, text="Please call", organisation="Acme")  # type: ignore[arg-type]
        safeguarding.escalate(**about, text="No answer")  # type: ignore[arg-type]

    assert "A life seems to be in danger" in desk.get(path).content.decode()
    assert desk.post(path, {**FORM, "ground": "wellbeing"}).status_code == 302


def test_a_recorded_risk_keeps_it_from_the_inbox_and_not_from_the_count(
    acme: Organisation, talk: Conversation, idea: UUID, path: str, asks: Staff, decides: Staff
) -> None:
    mine = desk_of(asks)
    mine.post(path, {**FORM, "telling": "danger"})
    _approve(desk_of(decides), path)
    mine.post(f"{path}see/")

    with tenant_context(acme.tenant):
        assert not Message.objects.filter(thread__idea=idea).exists()
        assert Conversation.objects.get(pk=talk.pk).identified_times == 1


def test_warnings_the_vault_does_not_count_end_it_without_a_name(
    path: str, address: str, asks: Staff, decides: Staff
) -> None:
    """R27: one warning of somebody's own is no ground; the vault's count is."""
    mine = desk_of(asks)
    mine.post(path, {**FORM, "ground": "warnings"})
    _approve(desk_of(decides), path)

    response = mine.post(f"{path}see/")

    assert response.status_code == 403
    assert address not in response.content.decode()
    record = _record()
    assert record.state == IdentificationState.REFUSED
    assert _log(record)[-1] == "identification refused by the vault"


def test_a_crash_after_the_answer_counts_as_seen(
    acme: Organisation, talk: Conversation, idea: UUID, path: str, asks: Staff, decides: Staff
) -> None:
    """F18: the vault gave it away, the record did not come to it; nobody gets it twice."""
    mine = desk_of(asks)
    mine.post(path, FORM)
    _approve(desk_of(decides), path)
    with inside_vault():
        Grant.objects.filter(pk=_record().grant).update(state="seen")

    response = mine.post(f"{path}see/")

    assert response.status_code == 410
    assert _record().state == IdentificationState.SEEN
    with tenant_context(acme.tenant):
        assert Conversation.objects.get(pk=talk.pk).identified_times == 1


def test_what_nobody_looked_at_for_a_day_is_over(
    acme: Organisation, idea: UUID, path: str, asks: Staff, decides: Staff
) -> None:
    mine = desk_of(asks)
    mine.post(path, FORM)
    _approve(desk_of(decides), path)

    with tenant_context(acme.tenant):
        identifying.end_expired(at=timezone.now() + LASTS - timedelta(minutes=1))
        assert OpenIdentification.objects.filter(idea=idea).exists()
        identifying.end_expired(at=timezone.now() + LASTS)
        assert not OpenIdentification.objects.filter(idea=idea).exists()
    assert _record().state == IdentificationState.EXPIRED
    assert mine.post(f"{path}see/").status_code == 403


def test_only_those_whose_work_it_is(
    acme: Organisation, beta: Organisation, talk: Conversation, path: str, asks: Staff
) -> None:
    """R65, I1: another role is refused; for another organisation's staff it does not exist."""
    analyst, foreign = (
        make_staff(Role.ANALYST, organisation=acme),
        make_staff(Role.FACILITATOR, Role.PRIVACY_OFFICER, organisation=beta),
    )
    facilitator = make_staff(Role.FACILITATOR, organisation=acme)
    listed = f"/organisations/{acme.pk}/projects/{talk.pk}/identifications/"

    assert [desk_of(analyst).get(address).status_code for address in (path, listed)] == [403, 403]
    assert [desk_of(foreign).get(address).status_code for address in (path, listed)] == [404, 404]
    assert desk_of(foreign).post(f"{path}see/").status_code == 404
    assert _approve(desk_of(facilitator), path) == 403
    assert desk_of(asks).get(f"{path}see/").status_code == 405
    with tenant_context(beta.tenant):
        elsewhere = make_conversation()
    swapped = path.replace(str(acme.pk), str(beta.pk)).replace(str(talk.pk), str(elsewhere.pk))
    assert desk_of(foreign).get(swapped).status_code == 404


def test_what_has_no_author_is_nobodys(acme: Organisation, idea: UUID, path: str, asks: Staff) -> None:
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=idea).update(owner_tag=None, route=None, source="paper")

    assert desk_of(asks).post(path, FORM).status_code == 409


def test_the_list_leads_to_the_post_while_it_goes_on_and_no_longer(
    acme: Organisation, talk: Conversation, idea: UUID, path: str, asks: Staff, decides: Staff
) -> None:
    """R27: and the page asks the databases no more often however many there are."""
    listed = f"/organisations/{acme.pk}/projects/{talk.pk}/identifications/"
    mine, theirs = desk_of(asks), desk_of(decides)
    mine.post(path, FORM)
    assert path in theirs.get(listed).content.decode()
    theirs.post(f"{path}decide/", {"decision": "refuse"})

    page = theirs.get(listed).content.decode()

    assert path not in page
    assert "Refused" in page
    assert asks.name in page
    assert str(idea) not in page


def test_a_form_that_names_no_post_is_nothing(acme: Organisation, talk: Conversation, asks: Staff) -> None:
    base = f"/organisations/{acme.pk}/projects/{talk.pk}/posts"
    desk = desk_of(asks)

    for kind, post in (("idea", uuid4()), ("vote", uuid4()), ("comment", uuid4())):
        assert desk.get(f"{base}/{kind}/{post}/identify/").status_code == 404
    with tenant_context(acme.tenant):
        assert make_people(talk)
