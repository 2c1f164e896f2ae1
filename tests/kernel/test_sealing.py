import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import sealing

KEY = bytes(range(32))
BOUND = sealing.context("organisation", "person", "email", 7)


@given(st.binary(max_size=400))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    assert sealing.unseal(KEY, sealing.seal(KEY, plain, BOUND), BOUND) == plain


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_never_opens(place: int, change: int) -> None:
    """Z13."""
    sealed = bytearray(sealing.seal(KEY, b"kit@example.org", BOUND))
    sealed[place % len(sealed)] ^= change

    with pytest.raises(sealing.DoesNotOpen):
        sealing.unseal(KEY, bytes(sealed), BOUND)


@pytest.mark.parametrize(
    "elsewhere",
    [
        sealing.context("organisation", "person", "email", 8),
        sealing.context("organisation", "person", "phone", 7),
        sealing.context("organisationperson", "", "email", 7),
        sealing.context("organisation", "person", "email7"),
        b"",
    ],
)
def test_a_moved_value_does_not_open(elsewhere: bytes) -> None:
    """Z13, L18: parts cannot shift into one another either."""
    with pytest.raises(sealing.DoesNotOpen):
        sealing.unseal(KEY, sealing.seal(KEY, b"kit@example.org", BOUND), elsewhere)


def test_too_short_a_value_does_not_open() -> None:
    with pytest.raises(sealing.DoesNotOpen):
        sealing.unseal(KEY, b"short", BOUND)


def test_each_use_of_a_key_has_its_own() -> None:
    assert sealing.derive(KEY, "seal:person.email") != sealing.derive(KEY, "seal:person.phone")
