"""The ledger of provisioning, for whoever waits for it."""

from uuid import UUID

from kernel.errors import NotFound
from kernel.tenancy import control_plane
from tenants.models import Job, JobKind, JobState

# What a creation goes through, in this order, and how each is called on its page.
STEPS_OF_CREATING = {
    "schema": "Schema with its tables",
    "role": "Database role of its own",
    "address": "Address",
    "branding": "Colours and logo",
    "pages": "Pages in place",
    "client users": "First client users invited",
    "site": "Site opened",
}
STEPS_OF_DELETING = {
    "closed": "Site closed",
    "people": "People and keys in the vault",
    "files": "Files",
    "schema": "Schema, role and addresses",
}


def job(found: UUID) -> Job:
    """Raises NotFound."""
    with control_plane():
        kept = Job.objects.filter(pk=found).first()
    if kept is None:
        raise NotFound
    return kept


def steps_of(job: Job) -> list[tuple[str, bool]]:
    """What a job goes through: each step's words, and whether it is done."""
    words = STEPS_OF_CREATING if job.kind == JobKind.CREATE else STEPS_OF_DELETING
    return [(said, name in job.steps) for name, said in words.items()]


def unfinished() -> list[Job]:
    """Newest first; what failed is among them."""
    with control_plane():
        return list(Job.objects.exclude(state=JobState.DONE).order_by("-asked_at")[:50])
