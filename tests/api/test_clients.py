"""The organisation's own side by a program (R71, R40)."""

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.api.programs import Program, client_program, participant, staff_program
from tests.making import enrol, make_conversation, make_idea, make_people, new_address


def test_conversations_are_seen_in_numbers(acme: Organisation, talk: Conversation) -> None:
    from conversations.services import tallies

    with tenant_context(acme.tenant):
        make_idea(talk, make_people(talk)[0])
        tallies.count_conversation(conversation=talk.pk)

    found = client_program(acme).get("conversations/").json()["items"]

    (line,) = [one for one in found if one["slug"] == talk.slug]
    assert (line["phase"], line["ideas"]) == ("open", 1)


def test_a_roster_is_seen_in_rounded_numbers(acme: Organisation, talk: Conversation) -> None:
    """R31: 0 is fewer than eleven."""
    addresses = [new_address() for _one in range(13)]
    with tenant_context(acme.tenant):
        enrol(talk, *addresses)
    program = client_program(acme)

    told = program.get(f"conversations/{talk.slug}/roster/")

    assert told.json()["people"] in {10, 15}
    assert not any(address in told.content.decode() for address in addresses)
    assert program.code(program.get("conversations/nothing-there/roster/")) == "not_found"


def test_tokens_are_good_in_their_own_place_alone(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """I4: A's on B's host, a participant's on the client's side, staff's at an organisation, and the other way."""
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=talk.slug)
    ours, ash = client_program(acme), participant(acme, talk)
    staff = staff_program(Role.OPERATOR)
    beta_host = f"{beta.slug}.localhost"

    for program in (
        Program(beta_host, ours.token, "organisation/"),
        Program(beta_host, ash.token, f"conversations/{theirs.slug}/"),
        Program(ours.host, ash.token, "organisation/"),
        Program(ours.host, staff.token, "organisation/"),
        Program(staff.host, ours.token),
        Program(staff.host, ash.token),
        Program(ash.host, ours.token, ash.at),
        Program(ash.host, staff.token, ash.at),
    ):
        assert program.code(program.get("token/")) == "token_refused", program


def test_a_suspended_site_says_so_to_programs(acme: Organisation) -> None:
    from kernel.tenancy import control_plane
    from tenants.models import OrganisationState
    from tenants.queries import forget_sites
    from tests.making import make_organisation

    paused = make_organisation()
    program = Program(f"{paused.slug}.localhost")
    with control_plane():
        Organisation.objects.filter(pk=paused.pk).update(state=OrganisationState.SUSPENDED)
    forget_sites()

    assert program.code(program.get("conversations/")) == "site_paused"
    assert Program("nobody.localhost").code(Program("nobody.localhost").get("conversations/")) == "not_found"
    assert program.code(Program("acme.localhost").get("no-such-thing/")) == "not_found"
