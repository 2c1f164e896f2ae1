"""What a verb is: a function of the vault that the interface may call, and nothing else may."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError

from kernel.zones import inside_vault
from privacy.vault.refusals import VaultDown

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation a call speaks for. A conversation of another one does not exist for it."""

    organisation: UUID
    schema_name: str


VERBS: dict[str, Callable[..., Any]] = {}


def verb(function: Callable[Concatenate[Caller, P], R]) -> Callable[Concatenate[Caller, P], R]:
    """Register a verb under its name. Only while one runs may the vault's tables be touched."""

    @functools.wraps(function)
    def call(caller: Caller, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with inside_vault():
                return function(caller, *args, **kwargs)
        except (OperationalError, InterfaceError) as reason:
            raise VaultDown from reason

    VERBS[function.__name__] = call
    return call
