"""Office files are archives: written anew here, so that the same content is the same bytes on every day."""

import io
import zipfile
from datetime import date

# What an archive can say at the earliest is 1980; a report is never older than the product.
_MIDNIGHT = (0, 0, 0)


def with_fixed_dates(content: bytes, *, on: date) -> bytes:
    """The same archive, every entry of one day, in the order of names, the list of contents first."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, date_time=(on.year, on.month, on.day, *_MIDNIGHT))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return written.getvalue()
