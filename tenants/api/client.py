"""Client users at their organisation's own site. Their accounts exist nowhere else."""

from tenants.api.accounts import AccountEndpoint
from tenants.permissions import ClientUser


class ClientEndpoint(AccountEndpoint):
    """Asked by a program of somebody of the organisation whose host this is."""

    @property
    def client_user(self) -> ClientUser:
        return ClientUser(id=self.account.pk, name=self.account.name)
