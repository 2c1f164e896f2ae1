"""What an operator sets going again."""

from uuid import UUID

from privacy.vault.interface import vault_of_nobody
from tenants.models import Role
from tenants.permissions import Staff, require_role


def retry_vault_job(*, job: UUID, by: Staff) -> None:
    """Let a failed job of the vault's ledger run once more. Raises RoleMissing, UnknownJob, VaultDown."""
    require_role(by, Role.OPERATOR)
    vault_of_nobody().retry(job=job)
