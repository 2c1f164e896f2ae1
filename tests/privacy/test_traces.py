"""What an address, a number and a name look like in bytes, and finding them again."""

import base64
import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.traces.candidates import MAIL, PHONE, candidates, mail, name_of_mailbox, names
from privacy.traces.digests import Digests, digest
from privacy.traces.files import look_through_file
from privacy.traces.looking import Eye
from privacy.traces.planting import encoded
from privacy.traces.report import Kind, Looked

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_addresses = st.builds(
    lambda one, two, host, top: f"{one}.{two}@{host}.{top}",
    *(st.text(_LETTERS, min_size=1, max_size=12) for _part in range(3)),
    st.text("abcdefgh", min_size=2, max_size=6),
)
_numbers = st.integers(10**9, 10**10 - 1).map(lambda digits: f"+44{digits}")
_forms = st.sampled_from(sorted(encoded("")))
# What stands around: words and signs, but nothing that could be a part of an address or of a form.
_around = st.text(' \n\t<>"();:,-é…', max_size=20).map(str.encode)


@settings(max_examples=300, deadline=None)
@given(_addresses, _forms, _around, _around)
def test_an_address_is_found_in_every_form(address: str, form: str, before: bytes, after: bytes) -> None:
    """R62: plain, UTF-16, base64, hex, quoted-printable, percent; whatever stands around it."""
    data = before + b"\x1f" + encoded(address)[form] + b"\x1f" + after

    assert (MAIL, mail(address)) in candidates(data)


@settings(max_examples=200, deadline=None)
@given(_numbers, _forms)
def test_a_number_is_found_in_every_form(number: str, form: str) -> None:
    assert (PHONE, number) in candidates(b"tel: \x1f" + encoded(number)[form] + b"\x1f")


@settings(max_examples=200, deadline=None)
@given(_addresses, _forms, st.sampled_from(["x{}", "{}x", "x.{}", "{}.example.org"]))
def test_a_near_miss_is_not_the_address(address: str, form: str, changed: str) -> None:
    near = changed.format(address)

    assert (MAIL, mail(address)) not in candidates(encoded(near)[form])


@settings(max_examples=60, deadline=None)
@given(_addresses, st.sampled_from(["base64, shifted by 0", "hex", "percent encoding"]))
def test_a_form_within_another_is_found(address: str, outer: str) -> None:
    wide = address.encode("utf-16-le")
    packed = {
        "base64, shifted by 0": base64.b64encode(wide),
        "hex": wide.hex().encode(),
        "percent encoding": b"".join(b"%%%02x" % byte for byte in base64.b64encode(address.encode())),
    }[outer]

    assert (MAIL, mail(address)) in candidates(packed)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000))
def test_no_bytes_break_it(data: bytes) -> None:
    candidates(data)


@pytest.mark.parametrize(
    "written",
    [
        "mailto:jo@x.org",
        "<jo@x.org>",
        "x=jo@x.org&y=1",
        "'jo@x.org'",
        "write to jo@x.org.Thanks a lot",
        "jo@x.org’s",
        '{"t": "line\\njo@x.org"}',
        "JO@X.ORG",
        chr(8) + "jo@x.org",
        "(jo@x.org)",
    ],
)
def test_what_stands_around_an_address_does_not_hide_it(written: str) -> None:
    assert (MAIL, "jo@x.org") in candidates(written.encode())


@pytest.mark.parametrize(
    "written",
    [
        "+44 7400 123456",
        "07400 123456",
        "0044 7400 123 456",
        "+44 (0)7400 123456",
        "call 12 07400 123456 or 5 now",
        "07400-123-456",
    ],
)
def test_a_number_is_one_number_however_it_is_written(written: str) -> None:
    assert (PHONE, "+447400123456") in candidates(written.encode())


def test_lines_of_an_encoded_mail_belong_together() -> None:
    body = base64.encodebytes(b"Dear all, " * 20 + b"please ask jo.smith@people.example. " + b"Yours " * 20)

    assert (MAIL, "jo.smith@people.example") in candidates(b"Content: x\r\n\r\n" + body)


def test_a_name_is_a_whole_value_of_two_words_at_least() -> None:
    assert list(names(["Hope Smith", "Hope", "There is hope, Smith said, for all of us in this ward"])) != []
    assert [found for _kind, found in names(["HOPE  Smíth"])] == ["hope smith"]
    assert list(names(["Hope", ""])) == []
    assert name_of_mailbox("hope.smith2+work@x.org") == "hope smith"
    assert name_of_mailbox("hope@x.org") == name_of_mailbox("h.smith@x.org") == ""


def test_digests_tell_nothing_but_whether_a_text_is_one_of_them() -> None:
    digests = Digests.of([(MAIL, "jo@x.org"), (MAIL, "jo@x.org"), (PHONE, "+447400123456")])
    again = Digests.unpacked(digests.packed())

    assert again == digests
    assert digests.counts == {MAIL: 1, PHONE: 1}
    assert digest(again.salt, (MAIL, "jo@x.org")) in again.known
    assert digest(again.salt, (PHONE, "jo@x.org")) not in again.known
    assert b"jo@" not in digests.packed()
    assert Digests.of([(MAIL, "jo@x.org")]).known.isdisjoint(digests.known)


def _eye(digests: Digests) -> Eye:
    return Eye(digests.salt, digests.known.intersection, frozenset(), Looked(Kind.FILES, "a file"))


@pytest.mark.parametrize("pack", ["plain", "zip", "gzip"])
def test_a_file_is_read_in_pieces_and_unpacked(pack: str) -> None:
    digests = Digests.of([(MAIL, "jo@x.org")])
    # The address stands across the border of two pieces.
    content = b"." * ((1 << 20) - 4) + b" jo@x.org " + b"." * 3000
    packed = io.BytesIO()
    if pack == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/table.xml", content)
    else:
        packed.write(gzip.compress(content) if pack == "gzip" else content)
    packed.seek(0)
    eye = _eye(digests)

    look_through_file(packed, "a-file", eye)

    assert eye.close().found == {MAIL: 1}
    assert eye.looked.problem == ""


def test_a_damaged_archive_is_named() -> None:
    eye = _eye(Digests.of([]))

    look_through_file(io.BytesIO(b"PK\x03\x04 and nothing more"), "broken.zip", eye)

    assert eye.looked.problem == "some archives could not be unpacked"


def test_memory_stays_bounded_while_very_much_is_compared() -> None:
    asked: list[int] = []
    digests = Digests.of([(MAIL, "jo@x.org")])

    def compare(found: list[bytes]) -> frozenset[bytes]:
        asked.append(len(found))
        return digests.known.intersection(found)

    eye = Eye(digests.salt, compare, frozenset(), Looked(Kind.FILES, "much"))
    for n in range(30):
        eye.look(" ".join(f"a{n}x{m}@x.org" for m in range(400)).encode() + b" jo@x.org")

    assert eye.close().found == {MAIL: 30}
    assert max(asked) < 6_000
