"""
The database wrapper: every cursor stands in exactly one place, or there is no cursor.

A place is a role and a search path. Both are set by one statement, read back by that same
statement and compared, so that no query of ours ever runs as somebody else or elsewhere.
Without a place a cursor is refused: a forgotten tenant is an exception, never `public`.
"""

import select
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from django.contrib.contenttypes.models import ContentType
from django.db.backends.postgresql.base import ServerBindingCursor
from django_tenants.postgresql_backend import base as django_tenants_base
from psycopg.pq import TransactionStatus

log = structlog.get_logger("kernel.postgresql")

EXTENSIONS = "extensions"
CONTROL_ROLE = "control"

# One connection keeps catalogue entries of every schema it touched (about half a megabyte each).
# After this many different places it is replaced, which bounds the memory of a server process.
PLACES_PER_CONNECTION = 100


class NoTenant(RuntimeError):
    """A query was about to run without a tenant. Enter one, or step to the control plane."""


class WrongPlace(RuntimeError):
    """The server says it stands elsewhere than it was told to. Nothing may run there."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection stands. The role `none` means the login itself."""

    role: str
    schema: str

    @property
    def path(self) -> str:
        return f'"{self.schema}", "{EXTENSIONS}"'


CONTROL_PLANE = Place(role=CONTROL_ROLE, schema="public")

_GO = (
    "SELECT set_config('role', %s, false), set_config('search_path', %s, false),"
    " current_user, session_user, current_setting('search_path')"
)
_WHERE = b"SELECT current_user, current_setting('search_path')"


class OneStatementCursor(ServerBindingCursor):
    """
    Sends every query by the extended protocol, which refuses a second statement.

    psycopg uses the simple protocol for queries without parameters; injected text could then
    end our statement and start its own.
    """

    def _execute_send(self, query: Any, *, force_extended: bool = True, binary: bool | None = None) -> None:  # noqa: ANN401, ARG002
        super()._execute_send(query, force_extended=True, binary=binary)  # type: ignore[misc]  # psycopg's own


class DatabaseWrapper(django_tenants_base.DatabaseWrapper):
    """django-tenants' wrapper with a verified place instead of a search path set on trust."""

    connection: Any  # a psycopg connection, or None while there is none

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        self._wanted: Place | None = None
        self._stands: Place | None = None
        self._asked: Place | None = None
        self._touched = False
        self._places_seen: set[Place] = set()
        super().__init__(*args, **kwargs)

    # Where to stand -----------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        return self._wanted

    def go(self, place: Place | None) -> None:
        """Decide where the next cursor stands; None means nowhere. Sends nothing yet."""
        self._wanted = place
        self.schema_name = place.schema if place else None

    def set_tenant(self, tenant: Any, include_public: bool = False) -> None:  # noqa: ANN401, ARG002
        self.tenant = tenant
        self.go(Place(role=tenant.schema_name, schema=tenant.schema_name))
        ContentType.objects.clear_cache()  # ids of content types differ between schemas

    def set_schema_to_public(self) -> None:
        """django-tenants' word for "no tenant"; with us that is no place at all."""
        self.tenant = None
        self.go(None)

    # Going there --------------------------------------------------------------------

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        # Migrations of Django send several statements at once: the owner's connection is plain.
        if self.settings_dict["OPTIONS"].get("server_side_binding"):
            parameters["cursor_factory"] = OneStatementCursor
        return parameters

    def _cursor(self, name: str | None = None) -> Any:  # noqa: ANN401
        if self._wanted is None:
            raise NoTenant("No tenant is set. Use tenant_context() or control_plane().")
        self.close_if_health_check_failed()
        self.ensure_connection()
        self._touched = True
        if self._stands != self._wanted and not self._is_failed_transaction():
            self._arrive(self._wanted)
        # Past django-tenants' own _cursor, which would set the path a second time and on trust.
        return super(django_tenants_base.DatabaseWrapper, self)._cursor(name)

    def _arrive(self, place: Place) -> None:
        self._stands = None
        with self.wrap_database_errors, psycopg.Cursor(self.connection) as cursor:
            cursor.execute(_GO, (place.role, place.path))
            row = cursor.fetchone() or ("",) * 5
        current, session, path = row[2:]
        if current != (session if place.role == "none" else place.role) or path != place.path:
            self._drop("asked for one place and arrived at another")
            raise WrongPlace("The database did not go where it was told.")
        self._stands = place
        self._places_seen.add(place)

    def _is_failed_transaction(self) -> bool:
        # In a failed transaction only a rollback can follow; anything else PostgreSQL refuses itself.
        return bool(self.connection.info.transaction_status == TransactionStatus.INERROR)

    # Leaving ------------------------------------------------------------------------

    def leave(self) -> None:
        """
        At the end of a request: ask where we really stand; drop the connection if elsewhere.

        The question is sent now and its answer read before anything else runs on the connection,
        so nobody waits for it. It finds an injected expression that changed the role and stayed;
        see decision 004.
        """
        self.tenant = None
        self.go(None)
        if self.connection is None or not self._touched:
            return
        self._touched = False
        if self.in_atomic_block or self._is_failed_transaction():
            self._drop("a request ended in the middle of a transaction")
        elif len(self._places_seen) > PLACES_PER_CONNECTION:
            self.close()
        elif self._stands is not None:  # after a rollback nobody knows, and the next cursor asks
            self._ask(self._stands)

    def _ask(self, place: Place) -> None:
        try:
            self.connection.pgconn.send_query(_WHERE)
        except psycopg.OperationalError:
            self._drop("the database did not answer at the end of a request")
        else:
            self._asked = place

    def settle(self) -> None:
        """Read the answer that is still on its way; a wrong one drops the connection and alarms."""
        place, self._asked = self._asked, None
        if place is None or self.connection is None:
            return
        answers = list(iter(self.connection.pgconn.get_result, None))
        if len(answers) != 1 or answers[0].ntuples != 1:
            self._drop("the database did not answer at the end of a request")
        elif (answers[0].get_value(0, 0), answers[0].get_value(0, 1)) != (
            place.role.encode(),
            place.path.encode(),
        ):
            self._drop("a connection stood elsewhere at the end of a request")

    def _drop(self, reason: str) -> None:
        log.critical("connection_dropped", reason=reason)
        self._stands = self._asked = None
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        self.in_atomic_block = False
        self.savepoint_ids: list[str] = []
        self.needs_rollback = False

    # Whatever reverts a setting on the server also makes us forget where we stand -----

    def ensure_connection(self) -> None:
        self.settle()
        super().ensure_connection()

    def connect(self) -> None:
        self._stands = self._asked = None
        super().connect()

    def close(self) -> None:
        self.settle()
        self._stands = None
        self._places_seen.clear()
        super().close()

    def rollback(self) -> None:
        self._stands = None
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._stands = None

    def _rollback(self) -> None:
        self._stands = None
        super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        try:
            super()._savepoint_rollback(sid)
        finally:
            self._stands = None

    def is_usable(self) -> bool:
        """A closed socket is readable; only then is it worth a round trip to ask."""
        self.settle()
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(super().is_usable()) if poll.poll(0) else True
