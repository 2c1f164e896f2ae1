"""Z4: whatever is uploaded as a logo becomes a small picture of ours, or is refused with the reason."""

import contextlib
import io
import random
import struct
import time
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image, PngImagePlugin

from tenants.branding.logos import (
    HIGHEST,
    MOST_BYTES,
    WIDEST,
    LogoCutShort,
    LogoHidesSomething,
    LogoIsSvg,
    LogoRefused,
    LogoTooHeavy,
    LogoTooLarge,
    read_logo,
)

_PLANTED = b"PLANTED-51.5074N-0.1278W"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert("' + _PLANTED + b'")</script></svg>'
_HTML = b"<html><script>alert('" + _PLANTED + b"')</script></html>"
_ZIP = b"PK\x03\x04" + _PLANTED + b"PK\x05\x06" + bytes(18)
_PDF = b"%PDF-1.7\n" + _PLANTED + b"\n%%EOF"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    made = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(made, kind, **more)
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as a field."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    )


def with_position() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = _PLANTED.decode()
    return picture("JPEG", exif=exif, comment=_PLANTED)


def with_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", _HTML.decode())
    texts.add_itxt("XML:com.adobe.xmp", _PLANTED.decode())
    return picture("PNG", pnginfo=texts)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", LogoRefused),
        (b"GIF89a" + bytes(50), LogoRefused),
        (_PDF, LogoRefused),
        (_SVG, LogoIsSvg),
        (b"\xef\xbb\xbf  <?xml version='1.0'?>" + _SVG, LogoIsSvg),
        (picture() + bytes(MOST_BYTES), LogoTooHeavy),
        (claiming(50_000, 50_000), LogoTooLarge),
        (claiming(5_000, 5_000), LogoTooLarge),
        (picture()[:-20], LogoCutShort),
        (picture("JPEG")[:300], LogoCutShort),
        (picture("WEBP")[:-9], LogoCutShort),
        (picture() + _ZIP, LogoHidesSomething),
        (picture("JPEG") + _HTML, LogoHidesSomething),
        (picture("WEBP") + _PDF, LogoHidesSomething),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(content: bytes, refusal: type[LogoRefused]) -> None:
    with pytest.raises(refusal) as told:
        read_logo(content)

    assert type(told.value) is refusal
    assert told.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "P", "1", "I;16")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA")),
    ],
)
def test_a_logo_becomes_a_small_png(kind: str, mode: str) -> None:
    """R40."""
    made = read_logo(picture(kind, (1000, 560), mode))

    with Image.open(io.BytesIO(made.png)) as shown:
        assert (shown.format, shown.mode) == ("PNG", "RGBA")
        assert shown.width <= WIDEST
        assert shown.height <= HIGHEST


def test_nothing_but_the_picture_is_kept() -> None:
    """Z4: neither the place a photograph was taken at nor a comment survives."""
    for content in (with_position(), with_texts()):
        made = read_logo(content)

        assert _PLANTED in content
        assert _PLANTED not in made.png
        with Image.open(io.BytesIO(made.png)) as shown:
            assert not shown.info
            assert not shown.getexif()


def test_the_same_picture_has_the_same_name() -> None:
    content = picture()

    assert read_logo(content).digest == read_logo(content).digest


def _bad(chance: random.Random) -> Iterator[bytes]:
    """Three hundred files nobody should have uploaded."""
    whole = [picture("PNG"), picture("JPEG"), picture("WEBP"), with_position(), with_texts()]
    hidden = [_SVG, _HTML, _ZIP, _PDF]
    for _round in range(60):
        yield bytes(chance.choices(range(256), k=chance.randrange(400)))
        start = chance.choice(whole)
        yield start[: chance.randrange(len(start))]
        broken = bytearray(chance.choice(whole))
        for _bit in range(chance.randrange(1, 30)):
            broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        yield bytes(broken)
        yield chance.choice([chance.choice(whole) + chance.choice(hidden), chance.choice(hidden)])
        yield claiming(chance.randrange(1, 2**31), chance.randrange(1, 2**31))


def test_three_hundred_bad_files_do_no_harm() -> None:
    """Z4: each is refused in a sentence, or leaves nothing of itself but a picture; none takes long."""
    slowest, taken = 0.0, 0
    for content in _bad(random.Random(4)):
        started = time.perf_counter()
        with contextlib.suppress(LogoRefused):
            made = read_logo(content)
            taken += 1
            assert _PLANTED not in made.png
            with Image.open(io.BytesIO(made.png)) as shown:
                assert (shown.width <= WIDEST, shown.height <= HIGHEST) == (True, True)
        slowest = max(slowest, time.perf_counter() - started)

    assert taken < 60
    assert slowest < 2
