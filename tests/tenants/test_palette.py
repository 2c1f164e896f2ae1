import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.tenancy import Tenant
from tenants.branding.palette import (
    INK,
    NIGHT,
    PAPER,
    WHITE,
    ColourNotUsable,
    contrast,
    palette,
    readable_brand,
)
from tenants.branding.services import save_branding
from tests.making import client_of, make_organisation

COLOURS = st.integers(min_value=0, max_value=0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_whatever_colour_is_chosen_everything_can_be_read(colour: str) -> None:
    """R16, R40: WCAG 2.2 AA for text on band, paper and night."""
    chosen = palette(colour)

    assert contrast(chosen.on_band, chosen.band) >= 4.5
    assert contrast(chosen.accent, PAPER) >= 4.5
    assert contrast(WHITE, chosen.accent) >= 4.5
    assert contrast(chosen.dark_accent, NIGHT) >= 4.5
    assert contrast(WHITE, chosen.dark_band) >= 4.5
    assert contrast(INK, chosen.tint) >= 4.5
    assert contrast(chosen.accent_strong, chosen.tint) >= 4.5
    assert contrast("#eceae5", chosen.dark_tint) >= 4.5


def test_a_colour_that_can_be_read_is_kept() -> None:
    assert palette("#00625A").accent == "#00625a"
    assert not palette("#00625a").was_shifted


def test_a_colour_that_cannot_is_shifted_and_says_so() -> None:
    chosen = palette("#ffe000")

    assert chosen.was_shifted
    assert chosen.band == "#ffe000"
    assert chosen.on_band == INK


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#1234567", "#gggggg", "url(x)", "#123456;}"])
def test_something_that_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ColourNotUsable):
        readable_brand(colour)


def test_saving_shows_at_once(in_acme: Tenant) -> None:
    """R40."""
    from kernel.tenancy import tenant_context

    organisation = make_organisation()

    with tenant_context(organisation.tenant):
        shown = save_branding(brand_colour="#FFE000")

    assert shown.was_shifted
    assert "--band: #ffe000" in client_of(organisation).get("/theme.css").content.decode()
