"""
`manage secrets FOLDER`: new passwords, and for each process a folder with what it may know and nothing else.

Those folders are what `manage run` reads, what compose.yaml mounts and what a Kubernetes Secret is made of.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.embedded import services
from config.embedded.trouble import CannotStart
from config.embedded.valkey import users_file
from config.roles import ROLES, SECRETS

_SERVERS = {"conversations": "database", "vault": "vault-database", "valkey": "valkey:6379"}


def main(arguments: Sequence[str]) -> None:
    """Raises CannotStart where the folder holds secrets already: they are never replaced by accident."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    if folder.exists() and any(folder.iterdir()):
        raise CannotStart(f"{folder} is not empty. Secrets in use are not replaced: name another folder.")
    running = services.environment(options.embedded) if options.embedded else {}
    if options.embedded and not running:
        raise CannotStart(f"No services run over {options.embedded}. Start them with `manage services`.")
    if running:
        known = {**running, "VAULT_TOKEN": secrets.token_urlsafe(32)}
    else:
        known = _new(folder, options)
    if options.key_store:
        known = {**known, "KEY_STORE": options.key_store}
    hand_out(folder, known)
    names = ", ".join(sorted(path.name for path in folder.iterdir()))
    sys.stdout.write(f"Written to {folder}: {names}. Keep a copy where only you reach it.\n")


def hand_out(folder: Path, known: Mapping[str, str]) -> None:
    """A folder for each process, with a file for each secret that it needs or may know."""
    for role in ROLES.values():
        for name, value in role.environment(known).items():
            if name in SECRETS:
                write(folder / role.name / name, value)


def write(file: Path, value: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(value)


def _new(folder: Path, options: argparse.Namespace) -> dict[str, str]:
    """Passwords for servers that are still empty; the servers' own go into folders of their own."""
    word = {name: secrets.token_hex(24) for name in ("web", "owner", "vault", "first", "vault_first")}
    valkey = {name: secrets.token_hex(24) for name in ("web", "vault")}
    write(folder / "database" / "POSTGRES_PASSWORD", word["first"])
    write(folder / "vault-database" / "POSTGRES_PASSWORD", word["vault_first"])
    write(folder / "valkey" / "users.acl", users_file(valkey))
    access = {"AWS_ACCESS_KEY_ID": secrets.token_hex(10), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(24)}
    write(folder / "files" / "s3.json", _store(access))
    for role in ("web", "worker", "provision", "watch", "migrate", "backup"):
        for name, value in access.items():
            write(folder / role / name, value)
    conversations, vault = f"{options.conversations}/conversations", f"{options.vault}/vault"
    return {
        "DATABASE_URL": f"postgresql://web:{word['web']}@{conversations}",
        "OWNER_DATABASE_URL": f"postgresql://owner:{word['owner']}@{conversations}",
        "VAULT_DATABASE_URL": f"postgresql://vault:{word['vault']}@{vault}",
        "ADMIN_DATABASE_URL": f"postgresql://postgres:{word['first']}@{options.conversations}/{{database}}",
        "VAULT_ADMIN_DATABASE_URL": f"postgresql://postgres:{word['vault_first']}@{options.vault}/{{database}}",
        "VALKEY_URL": f"redis://web:{valkey['web']}@{options.valkey}/0",
        "BROKER_URL": f"redis://web:{valkey['web']}@{options.valkey}/0",
        "VAULT_VALKEY_URL": f"redis://vault:{valkey['vault']}@{options.valkey}/0",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "VAULT_TOKEN": secrets.token_urlsafe(32),
    }


def _store(access: Mapping[str, str]) -> str:
    """The one account of the S3-compatible store of compose.yaml, as SeaweedFS reads it."""
    credentials = (
        f'{{"accessKey": "{access["AWS_ACCESS_KEY_ID"]}", "secretKey": "{access["AWS_SECRET_ACCESS_KEY"]}"}}'
    )
    actions = '["Admin", "Read", "List", "Tagging", "Write"]'
    return f'{{"identities": [{{"name": "site", "credentials": [{credentials}], "actions": {actions}}}]}}\n'


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage secrets", description=__doc__)
    parser.add_argument("folder", type=Path, help="a new folder; make it where no backup takes it along")
    parser.add_argument(
        "--embedded", type=Path, metavar="LOCAL_DIR", help="for services that run here already"
    )
    parser.add_argument(
        "--key-store", metavar="WHERE", help="KEY_STORE for the vault, where no setting says it"
    )
    for name, usual in _SERVERS.items():
        parser.add_argument(f"--{name}", default=usual, metavar="HOST", help=f"server (default: {usual})")
    return parser
