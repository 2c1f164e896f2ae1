"""
Writing, freezing and publishing reports, and handing out their files.

`open_link` and `opened` are what other parts use.
"""

from reporting.documents.services.links import open_link, opened

__all__ = ["open_link", "opened"]
