from enum import StrEnum


class Scope(StrEnum):
    """What a token is for. It narrows what its holder may do, and never widens it."""

    READ = "read"
    WRITE = "write"
    # What facilitators do to posts.
    ACTS = "acts"
    # What analysts give to posts.
    CODING = "coding"
    # What client users do with the file of those who can take part, and how it is looked at beforehand.
    ROSTER = "roster:write"


EXPLAINED = {
    Scope.READ: "Read",
    Scope.WRITE: "Write and change",
    Scope.ACTS: "Act on posts, as facilitators do",
    Scope.CODING: "Code posts, as analysts do",
    Scope.ROSTER: "Bring in rosters",
}
