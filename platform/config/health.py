"""`/livez` and `/readyz`, on every host: for whatever starts, stops and replaces processes."""

from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

from kernel.database import rows
from kernel.postgresql.base import WrongPlace
from kernel.tenancy import control_plane
from kernel.zones import Zone, is_kept_in
from web.middleware import database_answers, valkey_answers

_complete: list[bool] = []


class ReadyMiddleware:
    """
    Alive: it answers. Ready: database and Valkey answer it, and the database has every table it was written for.

    So new code waits for its migrations, and old code goes on serving while they run.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/livez":
            states = {"process": True}
        elif request.path == "/readyz":
            up = database_answers()
            states = {"database": up, "valkey": valkey_answers(), "migrations": up and _is_migrated()}
        else:
            return self.get_response(request)
        response = JsonResponse({name: "up" if is_up else "down" for name, is_up in states.items()})
        response.status_code = 200 if all(states.values()) else 503
        response["Cache-Control"] = "no-store"
        return response


def missing_migrations() -> list[str]:
    """What this code was written for and the database does not have yet, as `app.name`."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    with control_plane():
        control = set(rows("SELECT app, name FROM django_migrations"))
        tenants = set(rows("SELECT app, name FROM tenants_tenantmigration"))
    return sorted(
        f"{app}.{name}"
        for app, name in loader.disk_migrations or {}
        if (is_kept_in(app, Zone.CONTROL) and (app, name) not in control)
        or (is_kept_in(app, Zone.TENANT) and (app, name) not in tenants)
    )


def _is_migrated() -> bool:
    """Asked until it is so; what was applied stays."""
    if not _complete:
        try:
            if missing_migrations():
                return False
        except (DatabaseError, InterfaceError, WrongPlace):
            return False
        _complete.append(True)
    return True
