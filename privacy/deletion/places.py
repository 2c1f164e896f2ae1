"""What this package itself keeps, on the data map."""

from privacy.stores import Described, Step, register_store

_STORE = Described(
    name="Deletions and certificates",
    holds="how far each deletion is, counts by store, what the scan said, certificates",
    where="control plane; certificates in the object store besides",
    covers=frozenset({"model:deletion.Purge", "model:deletion.Certificate", "files:certificates/"}),
    stays="all of it: it names nobody, and proves that the rest is gone",
)


def register() -> None:
    register_store(_STORE, step=Step.CERTIFICATE)
