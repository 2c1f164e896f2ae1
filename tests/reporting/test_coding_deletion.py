"""What a deletion leaves of coding: the frame and the codes, and nothing that reaches anybody (R62)."""

from django.utils import timezone

from conversations.models import Emptying
from kernel.tenancy import tenant_context
from reporting.coding.models import Change, Code, Example, Frame, FrameVersion, Reading, Suggestion
from reporting.coding.queries import codes_of
from reporting.coding.services import examples, frames, tending
from reporting.coding.services.frames import Wording
from tenants.models import Organisation
from tests.coding import ANALYST, code, give, paper_ideas
from tests.deleting import complete, take_further
from tests.making import change, enrol, make_conversation, new_address


def test_addresses_in_what_analysts_wrote_go_and_codes_stay(acme: Organisation) -> None:
    """R62, P5."""
    address = new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation()
        enrol(talk, address)
        pay = code(talk, "Pay", definition=f"See what {address} said.", memo=f"Ask {address}")
        examples.write_example(
            conversation=talk, code=pay.pk, words=f"Write to {address}", by=ANALYST, at=timezone.now()
        )
        frames.publish_version(conversation=talk, note=f"After {address}", by=ANALYST, at=timezone.now())
        wording = Wording("Pay", f"{address} again")
        frames.describe_code(conversation=talk, code=pay.pk, wording=wording, by=ANALYST, at=timezone.now())
        (post,) = paper_ideas(talk, ["More pay."])
        give(talk, post, pay)
        Suggestion.objects.create(post=post, idea_id=post, code=pay, score=0.9, version=0)
        held = codes_of(talk)
    complete(acme, talk)

    assert take_further(talk.pk).problem == ""

    with tenant_context(acme.tenant):
        assert codes_of(talk) == held
        assert Frame.objects.get(pk=talk.pk).is_masked
        assert Reading.objects.get(post=post).before is None
        assert not Suggestion.objects.filter(code=pay).exists()
        kept = [
            *Code.objects.filter(frame=talk.pk).values_list("definition", "memo"),
            *Example.objects.filter(code=pay).values_list("words"),
            *FrameVersion.objects.filter(frame=talk.pk).values_list("note", "lines"),
            *Change.objects.filter(frame=talk.pk).values_list("before", "after"),
        ]
    assert kept
    assert address not in str(kept)


def test_what_a_backup_brings_back_is_masked_again(acme: Organisation) -> None:
    """Nobody knows any more whose address it is, so whatever may be one goes."""
    with tenant_context(acme.tenant):
        talk = make_conversation()
        pay = code(talk, "Pay", definition="See ann@example.org", memo="Nothing here")
        change(talk, emptying=Emptying.DONE)

        assert tending.mask_again() > 0
        pay.refresh_from_db()
        assert (pay.definition, pay.memo) == ("[…]", "Nothing here")
        assert tending.mask_again() == 0
