"""The `manage` command: everything that is done from a terminal."""

import os
import sys

from config import handing_out, roles, serve
from config.embedded.trouble import CannotStart

# These start the services that Django's settings need, so they run before Django does.
_BEFORE_DJANGO = {
    "run": roles.main,
    "secrets": handing_out.main,
    "serve": serve.main,
    "services": serve.services_main,
}


def main() -> None:
    """Raises nothing: a refusal becomes one sentence and exit code 1."""
    arguments = sys.argv[1:]
    try:
        if arguments and arguments[0] in _BEFORE_DJANGO:
            _BEFORE_DJANGO[arguments[0]](arguments[1:])
        else:
            _run_django(arguments)
    except CannotStart as trouble:
        sys.exit(f"manage: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run_django(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    # Commands are written with a hyphen, as people type them; modules cannot be.
    if arguments and not arguments[0].startswith("-"):
        arguments = [arguments[0].replace("-", "_"), *arguments[1:]]
    try:
        execute_from_command_line(["manage", *arguments])
    except OperationalError as reason:
        raise CannotStart(f"The database does not answer ({str(reason).splitlines()[0]}).") from reason
    except ImproperlyConfigured as reason:
        if "DATABASE_URL" in os.environ:
            raise
        raise CannotStart(
            "No services are running. Start them with `make demo`, `manage serve` or `manage services`,"
            " or set DATABASE_URL and the other variables the README lists."
        ) from reason


if __name__ == "__main__":
    main()
