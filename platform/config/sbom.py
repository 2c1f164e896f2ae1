"""
`python -m config.sbom LOCK`: a bill of materials (CycloneDX 1.6) of what a requirement file pins.

Made from the file with its hashes, not from what happens to be installed, so that two builds say the same.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})")


def bill(lock: str) -> dict[str, Any]:
    """The bill as a document. Its number follows from the lock, so the same lock has the same bill."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, lock)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "conversation-platform", "bom-ref": "root"}
        },
        "components": list(_components(lock.splitlines())),
    }


def _components(lines: list[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines):
        pin = _PIN.match(line)
        if pin is None:
            continue
        name, version = pin["name"].lower(), pin["version"]
        address = f"pkg:pypi/{name}@{version}"
        component: dict[str, Any] = {"type": "library", "name": name, "version": version, "purl": address}
        component["bom-ref"] = f"{address}#{number}"
        # One file for each platform: any of these is the one that was installed.
        hashes = "\n".join(_hashes(lines[number + 1 :]))
        component["properties"] = [{"name": "lock:sha256", "value": hashes}]
        if pin["marker"]:
            component["properties"].append({"name": "lock:marker", "value": pin["marker"].strip()})
        yield component


def _hashes(following: list[str]) -> Iterator[str]:
    for line in following:
        found = _HASH.match(line)
        if found is None:
            return
        yield found[1]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(Path(sys.argv[1]).read_text()), indent=1) + "\n")
