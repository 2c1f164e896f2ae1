"""The map as a table that people can read, and as files."""

import csv
import io
import json
from dataclasses import asdict, dataclass

from privacy.stores import Step, stores

WORDS = {
    Step.FREEZE: "Nothing is written any more",
    Step.SESSIONS: "Sessions end",
    Step.DRAIN: "What waits is dropped",
    Step.DISABLE_KEY: "The key opens for nothing else any more",
    Step.ROWS: "Rows go",
    Step.OBJECTS: "Files go",
    Step.CACHES: "Caches empty",
    Step.SUPPLIERS: "Suppliers' lists are cleared",
    Step.EXPORTS: "Exports go",
    Step.SCAN: "Everything is looked through",
    Step.KEYS: "Keys are destroyed",
    Step.CERTIFICATE: "Nothing is deleted: the certificate says so",
}


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    holds: str
    where: str
    step: str
    stays: str


def places() -> list[Place]:
    return [
        Place(store.name, store.holds, store.where, WORDS[step], store.stays or "nothing")
        for step, store in stores()
    ]


def as_json() -> bytes:
    return json.dumps([asdict(place) for place in places()], indent=2, ensure_ascii=False).encode()


def as_csv() -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(["Place", "Holds", "Where", "In a deletion", "What stays"])
    writer.writerows([place.name, place.holds, place.where, place.step, place.stays] for place in places())
    return written.getvalue().encode("utf-8-sig")
