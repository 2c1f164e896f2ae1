"""Goal G8: what one connection holds after it worked for very many organisations."""

from pathlib import Path

from tests.bench.ground import Report

_MOST_MIB = 100


def measure(report: Report) -> None:
    from conversations.models import Conversation, Idea, Vote
    from kernel import tenancy
    from tenants.queries import Organisations

    most = 0.0
    tenants = Organisations().serving()
    for tenant in tenants:
        tenancy.enter(tenant)
        for model in (Conversation, Idea, Vote):
            model.objects.first()
        raw = tenancy.default_connection().connection
        if raw is not None:
            most = max(most, _mebibytes(raw.info.backend_pid))
        tenancy.leave()
    report.bound(
        "G8",
        f"memory of a connection after {len(tenants)} organisations",
        ours=most,
        unit="MiB",
        most=_MOST_MIB,
    )


def _mebibytes(process: int) -> float:
    """Private memory of a PostgreSQL backend: what it holds beyond the shared buffers."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    private = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_")]
    return sum(private) / 1024
