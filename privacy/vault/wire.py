"""The vault's calls as bytes: MessagePack, typed by the interface's own signatures."""

import inspect
from functools import cache
from typing import Any, get_type_hints

import msgspec

from privacy.vault.facade import Vault
from privacy.vault.verb import Caller


@cache
def _hints(verb: str) -> dict[str, Any]:
    method = getattr(Vault, verb, None)
    if verb.startswith("_") or not inspect.isfunction(method):
        raise LookupError(verb)
    return get_type_hints(method)


@cache
def _call_shape(verb: str) -> Any:  # noqa: ANN401  (a type made at run time)
    arguments = [(name, hint) for name, hint in _hints(verb).items() if name != "return"]
    return msgspec.defstruct(f"Call_{verb}", [("caller", Caller), *arguments], forbid_unknown_fields=True)


def pack_call(caller: Caller, verb: str, arguments: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode(_call_shape(verb)(caller=caller, **arguments))


def unpack_call(verb: str, body: bytes) -> tuple[Caller, dict[str, Any]]:
    """Raises LookupError for no verb, msgspec.ValidationError or DecodeError for anything malformed."""
    call = msgspec.msgpack.decode(body, type=_call_shape(verb))
    arguments = {name: getattr(call, name) for name in call.__struct_fields__}
    return arguments.pop("caller"), arguments


def pack_answer(answer: Any) -> bytes:  # noqa: ANN401
    return msgspec.msgpack.encode(answer)


def unpack_answer(verb: str, body: bytes) -> Any:  # noqa: ANN401
    return msgspec.msgpack.decode(body, type=_hints(verb)["return"])
