"""The bell of the runner: whoever enters something for it rings, and it looks."""

from django.db import connections

CHANNEL = "vault_runner"


def wake_runner() -> None:
    with connections["vault"].cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
