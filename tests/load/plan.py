"""How much of everything, from the environment."""

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Plan:
    """
    Each is a variable of the environment in capitals, with LOAD_ before it.

    `people` are invited in the largest organisation; posts and votes are of all together, half of them there.
    """

    seconds: int = 120
    rate: int = 0  # requests a second; 0 is half of what the machine was found to hold
    tenants: int = 3
    people: int = 2_000
    posts: int = 10_000
    votes: int = 100_000
    sign_ins: int = 200
    visitors: int = 40  # with a session each, in every organisation
    p95_ms: int = 500
    mib: int = 20  # a process may grow by so much once it is warm, or by a quarter

    @classmethod
    def from_environment(cls) -> "Plan":
        """Raises ValueError for more than this is made for: it stops by itself, and soon enough."""
        given = {field.name: os.environ.get(f"LOAD_{field.name.upper()}") for field in fields(cls)}
        plan = cls(**{name: int(value) for name, value in given.items() if value})
        for name, most in _MOST.items():
            if not 0 <= getattr(plan, name) <= most:
                raise ValueError(f"LOAD_{name.upper()} is at most {most}.")
        return plan


_MOST = {
    "seconds": 4 * 3600,
    "rate": 1_000,
    "tenants": 50,
    "people": 20_000,
    "posts": 100_000,
    "votes": 1_000_000,
}
_MOST |= {"sign_ins": 2_000, "visitors": 1_000}
