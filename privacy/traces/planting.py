"""
Planted examples: made up for one run, an address and a number in every form, so that a scanner that finds
nothing can be told from one that looks at nothing.
"""

import base64
import secrets
from dataclasses import dataclass

from privacy.traces.candidates import MAIL, NAME, PHONE, Candidate, name
from privacy.traces.digests import digest
from privacy.traces.forms import BETWEEN

# Stand before a text so that base64 begins elsewhere in it, and are no part of it.
_SHIFTS = (b"", b" ", b" :")


def encoded(text: str) -> dict[str, bytes]:
    """A text in every form, by the form's name."""
    plain = text.encode()
    return {
        "plain": plain,
        "UTF-16, low byte first": text.encode("utf-16-le"),
        "UTF-16, high byte first": text.encode("utf-16-be"),
        **{f"base64, shifted by {len(shift)}": base64.b64encode(shift + plain) for shift in _SHIFTS},
        "hex": plain.hex().encode(),
        "quoted-printable": b"".join(b"=%02X" % byte for byte in plain),
        "percent encoding": b"".join(b"%%%02X" % byte for byte in plain),
    }


@dataclass(frozen=True)
class Example:
    """Bytes, a text (which holds no zero bytes, and so no UTF-16), and the name of nobody."""

    content: bytes
    text: str
    person: str
    known: tuple[Candidate, ...]

    @classmethod
    def new(cls) -> "Example":
        known: list[Candidate] = []
        pieces: list[bytes] = []
        for form in encoded(""):
            address = f"{secrets.token_hex(8)}@planted.invalid"
            number = f"+449{secrets.randbelow(10**9):09}"
            known += [(MAIL, address), (PHONE, number)]
            pieces += [encoded(address)[form], encoded(number)[form]]
        person = f"Planted {secrets.token_hex(8).translate(_LETTERS)}"
        text = BETWEEN.join(piece for piece in pieces if b"\0" not in piece).decode()
        return cls(BETWEEN.join(pieces), text, person, (*known, (NAME, name(person))))

    def digests(self, salt: bytes) -> frozenset[bytes]:
        return frozenset(digest(salt, candidate) for candidate in self.known)

    def digests_without_name(self, salt: bytes) -> frozenset[bytes]:
        """Of what is looked for everywhere; names are looked for in columns alone."""
        return frozenset(digest(salt, candidate) for candidate in self.known if candidate[0] != NAME)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")
