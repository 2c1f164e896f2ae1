"""
Tags of answers (ETag), so that whoever asks again is told that nothing changed.

A tag is the digest of the very bytes that are sent: it says nothing that they do not say, depends on nobody
who asks, and is the same for the same answer.
"""

import hashlib

from django.http import HttpResponse


def tag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_known(tag: str, known: str) -> bool:
    """Whether `If-None-Match` names it. Proxies mark tags as weak where they compress."""
    return tag in {one.strip().removeprefix("W/") for one in known.split(",")}


def tagged(response: HttpResponse, known: str) -> None:
    """Give a finished answer its tag; empty it where that is known already."""
    tag = tag_of(response.content)
    response["ETag"] = tag
    if is_known(tag, known):
        response.content = b""
        response.status_code = 304
