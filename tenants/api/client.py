"""Client users at their organisation's own site. Their accounts exist nowhere else."""

from tenants.api.accounts import AccountEndpoint


class ClientEndpoint(AccountEndpoint):
    """Asked by a program of somebody of the organisation whose host this is."""
