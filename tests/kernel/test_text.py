import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import one_line, plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  More\t daylight \r\n\r\n\r\n\r\nplease ", "More daylight\n\nplease"),
        ("cafe\u0301", "caf\u00e9"),
        ("zero\u200bwidth\u200d \ufeffmarks\u2060", "zerowidth marks"),
        ("\u202eright to left\u202c", "right to left"),
        ("variation\ufe0f\U000e0101 selectors", "variation selectors"),
        ("nul\x00bell\x07", "nulbell"),
        ("no\u00a0break\u3000space", "no break space"),
        ("soft\u00adhyphen and \U000e0041tag", "softhyphen and tag"),
        ("Welsh: tŷ, dŵr. العربية. 日本語", "Welsh: tŷ, dŵr. العربية. 日本語"),
    ],
)
def test_a_text_comes_into_one_plain_form(typed: str, kept: str) -> None:
    """Z9: marks that nobody sees could carry an author's watermark."""
    assert plain(typed) == kept


@given(st.text(max_size=300))
def test_plain_text_stays_as_it_is(typed: str) -> None:
    once = plain(typed)

    assert plain(once) == once
    assert "\n" not in one_line(typed)
