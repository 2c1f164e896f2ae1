"""A certificate to read and to print. What it says comes from the signed content alone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from kernel.addresses import on_base_host
from privacy.deletion.models import Certificate
from web.typeset import pdf

_TEMPLATE = Path(__file__).parents[1] / "texts" / "certificate.typ"


def printed(certificate: Certificate) -> bytes:
    """As PDF/UA: tagged, with title and language."""
    said = json.loads(certificate.content)
    return pdf(
        _TEMPLATE,
        {
            "said": said,
            "days": {name: _day(said[name]) for name in ("issued_at", "completed_at", "final_from")},
            "deadlines": {name: _day(at) for name, at in said["deadlines"].items()},
            "steps": [{"what": step["what"], "at": _moment(step["ended_at"])} for step in said["steps"]],
            "kinds": _by_kind(said["checked"].get("places", [])),
            "found": [place for place in said["checked"].get("places", []) if _is_found(place)],
            "keys": {name: _day(said["keys"][name]) for name in ("destroyed_at", "beyond_reach_from")},
            "backups": _day(said["backups"]["last_gone_by"]),
            "looked_for": _looked_for(said["checked"].get("looked_for", {})),
            "key": certificate.key,
            "verify": on_base_host("/certificates/verify/"),
        },
    )


def _by_kind(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was looked through, a line for each kind of place."""
    found: dict[str, dict[str, Any]] = {}
    for place in places:
        line = found.setdefault(place["kind"], {"kind": place["kind"], "places": 0, "read": 0, "known": 0})
        line["places"] += 1
        line["read"] += place["read"]
        if "known" in place:
            line["known"] += sum(place.get("found", {}).values())
        line["found"] = line.get("found", 0) + (sum(place["found"].values()) if _is_found(place) else 0)
    return list(found.values())


def _looked_for(counts: dict[str, int]) -> str:
    """`mail`, `phone` and `name`, as whoever wrote the digests calls them."""
    words = {"mail": "e-mail addresses", "phone": "telephone numbers", "name": "names"}
    said = [f"{count:,} {words.get(kind, kind)}" for kind, count in sorted(counts.items())]
    return ", ".join(said) or "nobody, since there was nobody"


def _is_found(place: dict[str, Any]) -> bool:
    return bool(place.get("found")) and "known" not in place


def _day(said: str) -> str:
    at = datetime.fromisoformat(said)
    return f"{at.day} {at:%B %Y}"


def _moment(said: str) -> str:
    at = datetime.fromisoformat(said)
    return f"{_day(said)}, {at:%H:%M} UTC"
