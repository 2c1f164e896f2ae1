"""What a deletion leaves, to compare two of them."""

from conversations.models import Comment, Idea, Vote
from kernel.tenancy import control_plane, tenant_context
from kernel.zones import inside_vault
from privacy.deletion.models import Certificate
from privacy.vault.models import Conversation as VaultConversation
from privacy.vault.models import Job, Person
from tests.deleting import Ended, purge_of


def end_of(ended: Ended) -> dict[str, object]:
    """Without ids and moments."""
    purge = purge_of(ended.project)
    with tenant_context(ended.organisation.tenant):
        ideas = Idea.objects.filter(stream__conversation=ended.talk)
        left = {
            "ideas": sorted(ideas.values_list("text", "likes", "dislikes", "comment_count", "is_purged")),
            "ties": ideas.exclude(owner_tag=None, route=None, part_of=None).count(),
            "votes": Vote.objects.filter(idea__in=ideas).count(),
            "comments": sorted(Comment.objects.filter(idea__in=ideas).values_list("text", "owner_tag")),
        }
    with inside_vault():
        left["vault"] = [
            model.objects.filter(**{where: ended.project}).count()
            for model, where in ((Person, "conversation"), (VaultConversation, "pk"), (Job, "conversation"))
        ]
    with control_plane():
        left["certificates"] = list(
            Certificate.objects.filter(purge=ended.project).values_list("kind", flat=True)
        )
    return left | {
        "counts": {
            name: max(said.get("found", 0), said.get("erased", 0)) for name, said in purge.counts.items()
        },
        "steps": sorted(purge.ended),
        "step": purge.step,
    }
