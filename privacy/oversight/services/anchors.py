"""
Anchors of the audit chain: its newest head, written as a small file to the object store.

Whoever could compute the chain anew would have to change every anchor as well, and what the
officers have in their mailboxes.
"""

import json
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from kernel import audit
from kernel.audit import Head
from kernel.tenancy import control_plane
from privacy.vault.interface import vault
from privacy.vault.refusals import NoOfficer

log = structlog.get_logger("privacy.anchors")

# Beside the organisations' folders, whose names begin with t_: no organisation's storage reaches it.
_FOLDER = "audit"


def anchor() -> Head:
    """Write the newest head of the chain, unless it stands there already; returns it."""
    head, name = _newest()
    if head.position and not _files().exists(name):
        content = {"position": head.position, "digest": head.digest.hex()}
        _files().save(name, ContentFile(json.dumps(content).encode()))
    return head


def is_anchored() -> bool:
    """Whether the newest entry of the chain has its anchor."""
    head, name = _newest()
    return not head.position or _files().exists(name)


def anchor_and_tell(*, conversation: UUID) -> None:
    """After a step of an identification: an anchor, and the same head into the officers' mailboxes."""
    head = anchor()
    try:
        vault().tell_officers(conversation=conversation, head=as_words(head))
    except NoOfficer:
        log.critical("no_officer_to_tell")


def problems(*, mailed: list[Head]) -> list[str]:
    """
    What is wrong with the audit, as sentences: the chain by itself, against every anchor in the object
    store, and against heads that somebody has from elsewhere. Nothing where all is well.
    """
    found: list[str] = []
    heads = list(mailed)
    for name in _names():
        head = _read(name)
        if head is None:
            found.append(f"The anchor {name} is not what was written.")
        else:
            heads.append(head)
    by_position: dict[int, Head] = {}
    found += [
        f"There are two anchors for entry {head.position}, and they differ."
        for head in heads
        if by_position.setdefault(head.position, head) != head
    ]
    return [*found, *audit.verify(by_position.values())]


def as_words(head: Head) -> str:
    """As it stands in a mail, and as `manage audit verify --head` takes it."""
    return f"{head.position}:{head.digest.hex()}"


def from_words(words: str) -> Head | None:
    position, _colon, digest = words.strip().partition(":")
    try:
        return Head(int(position), bytes.fromhex(digest))
    except ValueError:
        return None


def _newest() -> tuple[Head, str]:
    with control_plane():
        head = audit.head()
    return head, f"{_FOLDER}/{head.position:012d}-{head.digest.hex()}.json"


def _read(name: str) -> Head | None:
    """None for a file whose content and name do not say the same."""
    with _files().open(f"{_FOLDER}/{name}") as file:
        content = file.read()
    try:
        said = json.loads(content)
        head = Head(int(said["position"]), bytes.fromhex(said["digest"]))
    except (ValueError, KeyError, TypeError):
        return None
    return head if name == f"{head.position:012d}-{head.digest.hex()}.json" else None


def _names() -> list[str]:
    try:
        return sorted(_files().listdir(_FOLDER)[1])
    except FileNotFoundError:
        return []


def _files() -> Storage:
    return storages["files"]
