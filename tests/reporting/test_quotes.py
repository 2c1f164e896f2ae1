"""What a quote is: word for word, in its order, never cut out of a word (R54, scenario 28)."""

import pytest

from reporting.documents.measures import canonical, direction_of, is_verbatim, loaded_words, tidy_quote

_TEXT = "We cannot plan our lives.\nPlease publish shifts four weeks ahead, so that we can sleep."


@pytest.mark.parametrize(
    "quote",
    [
        "We cannot plan our lives.",
        "We cannot plan our lives. Please publish shifts",
        "publish shifts four weeks ahead [...] so that we can sleep",
        "[...] so that we can sleep.",
        "We cannot plan […] we can sleep",
        _TEXT,
    ],
)
def test_words_that_stand_there_may_be_quoted(quote: str) -> None:
    assert is_verbatim(quote, _TEXT)


@pytest.mark.parametrize(
    "quote",
    [
        "We can plan our lives.",
        "We [...] plan our lives that",
        "we can sleep [...] We cannot plan",
        "We cannot plan our lives [...] We cannot plan our lives",
        "We can [...] not plan",
        "not plan our lives",
        "We cannot plan our liv",
        "[...]",
        "",
        "   ",
        "We cannot plan our lives!",
        "we cannot plan our lives.",
        "a [...] e",
    ],
)
def test_anything_else_is_no_quote(quote: str) -> None:
    """Other words, another order, the same words twice, half a word, nothing at all."""
    assert not is_verbatim(quote, _TEXT)


def test_accents_are_the_same_however_they_are_typed() -> None:
    assert is_verbatim("ŵyl i staff", "Rhowch w\u0302yl i staff")


def test_other_scripts_are_quoted_like_ours() -> None:
    text = "نحتاج إلى معرفة مناوباتنا قبل أربعة أسابيع"

    assert is_verbatim("معرفة مناوباتنا [...] أسابيع", text)
    assert not is_verbatim("معرفة مناوبات", text)
    assert direction_of(text) == "rtl"
    assert direction_of("42 Llanfair") == "ltr"


def test_a_short_contribution_may_be_quoted_whole() -> None:
    assert is_verbatim("No.", "No.")


def test_a_quote_is_written_in_one_way() -> None:
    assert tidy_quote("One\n thing […]and   another [ ... ]") == "One thing [...] and another [...]"


def test_words_that_take_sides_are_pointed_out() -> None:
    assert loaded_words("Obviously everybody is only tired. Obviously.") == ["obviously", "everybody", "only"]
    assert loaded_words("62% of votes were likes.") == []


def test_one_content_is_one_text() -> None:
    assert canonical({"b": [1, 2.5], "a": "ŵ"}) == '{"a":"ŵ","b":[1,2.5]}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})
