"""
Logos: whatever was uploaded is looked at, decoded once, and written anew as a small PNG.

Nothing of the file itself is kept: no EXIF, no text, no second document hidden behind the picture.
Its size is read from its first bytes, so that a picture as large as a field is never unfolded.
"""

import hashlib
import io
import struct
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kernel.errors import DomainError

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 10_000_000
# What the band has room for, twice over for sharp screens.
WIDEST, HIGHEST = 400, 160
_KINDS = ["PNG", "JPEG", "WEBP"]
_SVG = (b"<svg", b"<!doctype svg", b"<?xml")
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
# A frame of a JPEG whose data is compressed: what follows it runs to the next marker.
_SCAN = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}


class LogoRefused(DomainError):
    code = "logo_refused"
    status = 422
    message = _("This file is no picture we can use. Choose a PNG, JPEG or WebP file.")


class LogoIsSvg(LogoRefused):
    code = "logo_is_svg"
    message = _("An SVG file can hold programs, so none is taken. Save the logo as PNG and choose that.")


class LogoTooHeavy(LogoRefused):
    code = "logo_too_heavy"
    message = _("This file is larger than 2 MB. Save the logo smaller and choose that.")


class LogoTooLarge(LogoRefused):
    code = "logo_too_large"
    message = _("This picture has more than 10 million points. Save it smaller: 800 points wide are plenty.")


class LogoCutShort(LogoRefused):
    code = "logo_cut_short"
    message = _(
        "This file ends in the middle of the picture, or is damaged. Save the logo again and choose that."
    )


class LogoHidesSomething(LogoRefused):
    code = "logo_hides_something"
    message = _(
        "There is something besides the picture in this file. Save the logo again as PNG and choose that."
    )


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture of our own making. Its digest names it."""

    png: bytes
    digest: str


def read_logo(content: bytes) -> Logo:
    """The upload as a PNG of at most 400 x 160. Raises LogoRefused in one of its forms."""
    _look(content)
    try:
        with Image.open(io.BytesIO(content), formats=_KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoTooLarge
            png = _written_anew(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise LogoTooLarge from bomb
    except UnidentifiedImageError as nothing:
        raise LogoRefused from nothing
    except (Warning, OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError) as broken:
        raise LogoCutShort from broken
    return logo_of(png)


def logo_of(png: bytes) -> Logo:
    """A picture that `read_logo` has made before."""
    return Logo(png=png, digest=hashlib.sha256(png).hexdigest()[:32])


def _look(content: bytes) -> None:
    """What can be told without decoding: kind, weight, and whether anything lies behind the picture."""
    if len(content) > MOST_BYTES:
        raise LogoTooHeavy
    beginning = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith(_SVG) or b"<svg" in beginning:
        raise LogoIsSvg
    if content.startswith(_PNG):
        end = _end_of_png(content)
    elif content.startswith(_JPEG):
        end = _end_of_jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        length = 8 + int.from_bytes(content[4:8], "little")
        end = length + length % 2
    else:
        raise LogoRefused
    if end > len(content):
        raise LogoCutShort
    if end < len(content):
        raise LogoHidesSomething


def _end_of_png(content: bytes) -> int:
    at = len(_PNG)
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at
    raise LogoCutShort


def _end_of_jpeg(content: bytes) -> int:
    at = 2
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise LogoCutShort
        marker, at = content[at + 1], at + 2
        if marker == _JPEG_END[1]:
            return at
        if marker in _ALONE:
            continue
        if marker == 0xFF:  # a filling byte before a marker
            at -= 1
            continue
        at += int.from_bytes(content[at : at + 2], "big")
        if marker == _SCAN:
            at = _end_of_scan(content, at)
    raise LogoCutShort


def _end_of_scan(content: bytes, at: int) -> int:
    """Compressed data holds 0xFF only before 0x00 or a restart; anything else is the next marker."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        following = content[at + 1]
        if following and following not in _ALONE:
            return at
        at += 2
    raise LogoCutShort


def _written_anew(picture: Image.Image) -> bytes:
    picture.load()
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    upright.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    bare = Image.new("RGBA", upright.size)
    bare.paste(upright)
    written = io.BytesIO()
    bare.save(written, "PNG", optimize=True)
    return written.getvalue()
