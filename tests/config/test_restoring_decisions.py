"""What was decided since a backup stands after it came back."""

from pathlib import Path

from conversations.models import Idea
from kernel.backups import Kind
from kernel.database import rows
from kernel.tenancy import control_plane, tenant_context
from kernel.zones import inside_vault
from privacy.vault.interface import vault
from privacy.vault.models import Person
from tenants.models import Organisation
from tests.making import (
    make_organisation,
)
from tests.restoring import (
    Story,
    back_up,
    restore,
)


def test_who_stopped_mailings_or_may_only_read_since_stays_so(story: Story, place: Path) -> None:
    """R15, R27: what was decided after the backup."""
    made = back_up(place, story.organisation)
    with tenant_context(story.organisation.tenant):
        vault().stop_letters(conversation=story.talk.pk, address=story.addresses["stays"])
        post = Idea.objects.get(pk=story.ideas["keeps"])
        vault().restrict(conversation=story.talk.pk, route=bytes(post.route or b""), contribution=post.pk)

    restore(made[Kind.VAULT], organisation=story.organisation.slug)

    with inside_vault():
        found = Person.objects.filter(conversation_id=story.talk.pk)
        said = {person.pk: (person.is_stopped, person.is_restricted) for person in found}
    people = {name: ticket.person for name, ticket in story.people.items()}
    assert said[people["stays"]] == (True, False)
    assert said[people["keeps"]] == (False, True)
    assert said[people["withdraws"]] == (False, False)


def test_a_living_control_plane_is_never_replaced(story: Story, place: Path) -> None:
    """What was decided since a backup - deadlines, deletions, suspensions - is not undone by one."""
    folder = back_up(place, story.organisation)[Kind.CONVERSATIONS]
    later = make_organisation()

    restore(folder)

    with control_plane():
        assert Organisation.objects.filter(pk=later.pk).exists()
        assert rows("SELECT what FROM kernel_auditentry ORDER BY position DESC LIMIT 1") == [
            ("restore done",)
        ]
