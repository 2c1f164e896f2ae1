"""What an operator sets going again."""

from uuid import UUID

from django.db import transaction

from kernel import audit
from privacy.vault.interface import vault_of_nobody
from tenants.models import Role
from tenants.permissions import Staff, require_role


@transaction.atomic
def retry_vault_job(*, job: UUID, by: Staff) -> None:
    """Let a failed job of the vault's ledger run once more. Raises RoleMissing, UnknownJob, VaultDown."""
    require_role(by, Role.OPERATOR)
    audit.record("vault job tried again", by=by.id, about={"job": str(job)})
    vault_of_nobody().retry(job=job)
