"""
Codes to type: eight digits, ten minutes, five tries, for the browser that asked.

They live in the vault's part of Valkey only. For an address that nobody has, a code is kept
too; it just fits nothing, so that the work, the time and the answer are the same.
"""

import hmac
import os
import secrets

from kernel.valkey import answering, vault_client
from privacy.vault.addresses import Address
from privacy.vault.opened import Opened

SECONDS = 600
TRIES = 5
_ASKED_PER_WINDOW = 5


def new_code() -> str:
    return f"{secrets.randbelow(10**8):08}"


def may_ask(opened: Opened, address: Address) -> bool:
    """Whether this address was asked for less than five times in ten minutes."""
    return _counted(opened, "asked", opened.index("asked", address.text)) <= _ASKED_PER_WINDOW


def may_try_password(opened: Opened, address: Address) -> bool:
    return _counted(opened, "tried", opened.index("tried", address.text)) <= 2 * TRIES


def keep(opened: Opened, address: Address, browser: str, code: str, *, is_known: bool) -> None:
    name = _name(opened, address, browser)
    fits = _fits(opened, address, browser, code) if is_known else os.urandom(32)
    with answering():
        pipe = vault_client().pipeline(transaction=True)
        pipe.set(name, fits, ex=SECONDS)
        pipe.delete(f"{name}:tries")
        pipe.execute()


def take(opened: Opened, address: Address, browser: str, code: str) -> bool:
    """Whether the code fits; a code that fitted is used up, also when two try it at once."""
    name = _name(opened, address, browser)
    with answering():
        client = vault_client()
        pipe = client.pipeline(transaction=True)
        pipe.incr(f"{name}:tries")
        pipe.expire(f"{name}:tries", SECONDS)
        pipe.get(name)
        tries, _expires, kept = pipe.execute()
        if int(tries) > TRIES:
            client.delete(name)
            return False
        fits = hmac.compare_digest(
            kept if isinstance(kept, bytes) else b"", _fits(opened, address, browser, code)
        )
        return fits and client.delete(name) == 1


def _counted(opened: Opened, what: str, index: bytes) -> int:
    name = f"vault:{opened.conversation.id.hex}:{what}:{index.hex()}"
    with answering():
        pipe = vault_client().pipeline(transaction=True)
        pipe.incr(name)
        pipe.expire(name, SECONDS, nx=True)
        return int(pipe.execute()[0])


def _name(opened: Opened, address: Address, browser: str) -> str:
    return f"vault:{opened.conversation.id.hex}:code:{opened.index('ask', f'{address.text} {browser}').hex()}"


def _fits(opened: Opened, address: Address, browser: str, code: str) -> bytes:
    return opened.index("code", f"{address.text} {browser} {code}")
