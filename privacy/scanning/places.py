"""Everything that the worker can reach: both kinds of schemas, the site's keys, the object store, folders."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError

from kernel import versions
from kernel.postgresql.base import WrongPlace
from kernel.tenancy import Tenant, control_plane, tenant_context
from kernel.valkey import answering, web_client
from privacy.scanning.models import Planted
from privacy.scanning.report import OTHERS
from privacy.stores import known_place
from privacy.traces import databases, files, keys
from privacy.traces.looking import Compare, Eye
from privacy.traces.planting import Example
from privacy.traces.report import Kind, Looked, Part
from tenants.queries import organisations

_ALIAS = "default"
_PLANTED_FOLDER = "planted"
_THEIRS = "what other organisations' people write, and what those organisations publish, is theirs"


@dataclass
class Search:
    """One run: what to compare with, and what was seen so far."""

    tenant: Tenant
    salt: bytes
    compare: Compare
    part: Part = field(default_factory=Part)

    def everywhere(self) -> Part:
        with control_plane():
            self._schema("public", Kind.CONTROL)
        for tenant in [found.tenant for found in organisations()]:
            self._organisation(tenant)
        self._keys()
        self._files()
        self._folders()
        return self.part

    def _eye(self, example: Example, looked: Looked) -> Eye:
        return Eye(self.salt, self.compare, example.digests(self.salt), looked)

    def _prove(self, kind: Kind, *, proven: bool) -> None:
        """One schema in which an example was missed, and the kind is not proven."""
        self.part.proven[kind] = proven and self.part.proven.get(kind, True)

    # Databases ----------------------------------------------------------------------

    def _organisation(self, tenant: Tenant) -> None:
        try:
            with tenant_context(tenant):
                self._schema(tenant.schema_name, Kind.TENANT, is_theirs=tenant != self.tenant)
        except (DatabaseError, WrongPlace):
            place = OTHERS if tenant != self.tenant else tenant.schema_name
            self.part.places.append(Looked(Kind.TENANT, place, problem="a schema could not be read"))

    def _schema(self, schema: str, kind: Kind, *, is_theirs: bool = False) -> None:
        example, seen = Example.new(), set[bytes]()
        theirs = Looked(kind, OTHERS, known=_THEIRS)
        for table, found in databases.columns(_ALIAS, schema).items():
            is_planted = table == Planted._meta.db_table
            eyes = {
                column.name: self._eye(
                    example, theirs if is_theirs else self._looked(kind, table, column.name)
                )
                for column in found
            }
            databases.look_through_table(_ALIAS, found, eyes, plant=_plant(example) if is_planted else None)
            looked = [eye.close() for eye in eyes.values()]
            if not is_theirs:
                self.part.places += looked
            seen.update(digested for eye in eyes.values() for digested in eye.seen)
        if is_theirs:
            self._add(theirs)
        self._prove(kind, proven=seen >= example.digests(self.salt))

    def _looked(self, kind: Kind, table: str, column: str) -> Looked:
        where = "public" if kind is Kind.CONTROL else "tenant"
        return Looked(kind, f"{table}.{column}", known=known_place(f"{where}.{table}"))

    def _add(self, looked: Looked) -> None:
        """All other organisations are one place."""
        for place in self.part.places:
            if place.kind == looked.kind and place.place == OTHERS:
                place.read += looked.read
                place.size += looked.size
                place.found = {
                    kind: place.found.get(kind, 0) + looked.found.get(kind, 0)
                    for kind in place.found.keys() | looked.found.keys()
                }
                return
        self.part.places.append(looked)

    # Keys, files, folders -----------------------------------------------------------

    def _keys(self) -> None:
        example = Example.new()
        eye = self._eye(example, Looked(Kind.WEB_KEYS, "web:"))
        with answering():
            keys.look_with_example(web_client(), "web", example.content, eye)
        self.part.places.append(eye.close())
        self._prove(Kind.WEB_KEYS, proven=eye.seen >= example.digests_without_name(self.salt))

    def _files(self) -> None:
        example = Example.new()
        planted = f"{_PLANTED_FOLDER}/{uuid4().hex}"
        own, theirs, ours = (
            self._eye(example, looked)
            for looked in (
                Looked(Kind.FILES, "the organisation's files"),
                Looked(Kind.FILES, OTHERS, known=_THEIRS),
                Looked(Kind.FILES, "the platform's files"),
            )
        )
        storages["files"].save(planted, ContentFile(example.content))
        try:
            for stored in versions.stored():
                top = stored.name.partition("/")[0]
                eye = own if top == self.tenant.schema_name else theirs if top.startswith("t_") else ours
                self._file(stored, eye)
        finally:
            for stored in list(versions.stored(planted.rpartition("/")[0])):
                if stored.name == planted:
                    versions.remove(stored)
        self.part.places += [eye.close() for eye in (own, theirs, ours)]
        self._prove(Kind.FILES, proven=ours.seen >= example.digests_without_name(self.salt))

    def _file(self, stored: versions.Stored, eye: Eye) -> None:
        if stored.is_upload:
            eye.looked.problem = "an upload that was never finished cannot be read"
        if stored.is_marker or stored.is_upload:
            eye.look(stored.name.encode())
            return
        try:
            with versions.reading(stored) as file:
                files.look_through_file(file, stored.name, eye)
        except FileNotFoundError:
            return  # gone since it was listed

    def _folders(self) -> None:
        example, seen = Example.new(), set[bytes]()
        with tempfile.TemporaryDirectory() as own:
            (Path(own) / "planted").write_bytes(example.content)
            for folder in [*_configured(), Path(own)]:
                name = "a folder of this run" if folder == Path(own) else str(folder)
                eye = self._eye(example, Looked(Kind.FOLDERS, name))
                files.look_through_folder(folder, eye)
                self.part.places.append(eye.close())
                seen |= eye.seen
        self._prove(Kind.FOLDERS, proven=seen >= example.digests_without_name(self.salt))


def _configured() -> Iterator[Path]:
    return (Path(folder) for folder in settings.SCAN_FOLDERS)


def _plant(example: Example) -> databases.Plant:
    return lambda: Planted.objects.create(
        name=example.person, text=example.text, content=example.content, data={"name": [example.person]}
    )
