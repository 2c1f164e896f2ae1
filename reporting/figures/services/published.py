"""What the data map says of released figures."""

from privacy.stores import Described

RELEASED = Described(
    name="Figures about groups",
    holds="released tables: counts of at least eleven people each, rounded to 5",
    where="the organisation's own schema",
    covers=frozenset({"model:figures.Release", "model:figures.Table"}),
    stays="all of it: it is about nobody",
)
