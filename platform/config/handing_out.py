"""
`manage secrets FOLDER`: new passwords, and for each process a folder with what it may know and nothing else.

Those folders are what `manage run` reads, what compose.yaml mounts and what a Kubernetes Secret is made of. With
the passwords go certificates, so that nobody of ours speaks to somebody who only says that he is of ours.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from config import authority
from config.authority import Authority, Wanted
from config.embedded import services
from config.embedded.trouble import CannotStart
from config.embedded.valkey import users_file
from config.roles import ROLES, SECRETS

_SERVERS = {
    "conversations": "database",
    "vault": "vault-database",
    "valkey": "valkey:6379",
    "files": "files:8333",
}
# A folder of its own for each server, named as in compose.yaml.
_FOLDERS = {
    "conversations": "database",
    "vault": "vault-database",
    "valkey": "valkey",
    "files": "files",
}
_SERVICE = ("vault-service", "vault-service.conversations-vault", "vault-service.conversations-vault.svc")
_HERE = ("localhost", "127.0.0.1", "::1")
_AUTHORITY = "authority"


def main(arguments: Sequence[str]) -> None:
    """Raises CannotStart where the folder holds secrets already: they are never replaced by accident."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    at = datetime.now(UTC)
    if options.renew or options.new_authority:
        renew(folder, options, at=at)
        return
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
    certify(folder, authority.new(at=at), _wanted(options), at=at)
    if options.servers_ca:
        for name in ROLES:
            write(folder / name / "servers.crt", options.servers_ca.read_text())
    names = ", ".join(sorted(path.name for path in folder.iterdir()))
    sys.stdout.write(f"Written to {folder}: {names}. Keep a copy where only you reach it.\n")
    _tell_until(folder)


def hand_out(folder: Path, known: Mapping[str, str]) -> None:
    """A folder for each process, with a file for each secret that it needs or may know."""
    for role in ROLES.values():
        (folder / role.name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, value in role.environment(known).items():
            if name in SECRETS:
                write(folder / role.name / name, value)


def certify(folder: Path, signing: Authority, wanted: Mapping[str, Wanted], *, at: datetime) -> None:
    """`ca.crt` for every process, `tls.crt` and `tls.key` for those that prove themselves, the authority apart."""
    own = signing.pem()
    write(folder / _AUTHORITY / "ca.crt", own.certificate)
    write(folder / _AUTHORITY / "ca.key", own.key)
    for name in {*ROLES, *wanted}:
        if (folder / name).is_dir():
            write(folder / name / "ca.crt", own.certificate)
    for name, one in wanted.items():
        issued = signing.issue(one, at=at)
        write(folder / name / "tls.crt", issued.certificate)
        write(folder / name / "tls.key", issued.key)


def renew(folder: Path, options: argparse.Namespace, *, at: datetime) -> None:
    """
    New certificates in the place of those that are there, for the same names; passwords stay as they are.

    Raises CannotStart where no authority lies there, or it ends before what it would sign.
    """
    if not folder.is_dir():
        raise CannotStart(f"{folder} is no folder of secrets. Name the one that `manage secrets` made.")
    if options.new_authority:
        signing = authority.new(at=at)
    else:
        signing = authority.kept_in(folder / _AUTHORITY)
        if (signing.until - at).days < authority.DAYS:
            raise CannotStart(
                f"The authority itself ends on {signing.until:%d.%m.%Y}. Make a new one with --new-authority"
                " and start every process again."
            )
    wanted = {**_wanted(options), **dict(_there(folder))}
    certify(folder, signing, {name: one for name, one in wanted.items() if (folder / name).is_dir()}, at=at)
    _tell_until(folder)
    again = "every process" if options.new_authority else "the vault's service and the servers"
    sys.stdout.write(
        f"Start {again} again where they run with files of before; callers notice by themselves.\n"
    )


def write(file: Path, value: str) -> None:
    """Readable by its owner alone, whole or not at all, and in the place of what was there."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(value)
    if os.geteuid() == 0:  # whoever the folder was given to goes on reading it
        owner = file.parent.stat()
        os.chown(unfinished, owner.st_uid, owner.st_gid)
    unfinished.replace(file)


def _wanted(options: argparse.Namespace) -> dict[str, Wanted]:
    """Who proves himself by what: callers by their name, the service and our servers by where they answer."""
    service = Wanted("vault-service", (*_SERVICE, *_HERE, *options.service), asks=True)
    wanted = {
        role.name: service if role.name == service.name else Wanted(role.name, asks=True)
        for role in ROLES.values()
        if role.proves_itself
    }
    if not (options.embedded or options.servers_ca or options.plain_servers):
        for name, folder in _FOLDERS.items():
            wanted[folder] = Wanted(folder, authority.hosts_of(getattr(options, name)))
    return wanted


def _there(folder: Path) -> Iterator[tuple[str, Wanted]]:
    for file in sorted(folder.glob("*/tls.crt")):
        try:
            yield file.parent.name, authority.wanted_again(file.read_text())
        except ValueError as reason:
            raise CannotStart(f"{file} holds no certificate. Take it away, then run this again.") from reason


def _tell_until(folder: Path) -> None:
    until = authority.kept_in(folder / _AUTHORITY).until
    sys.stdout.write(
        f"Certificates hold for {authority.DAYS} days, their authority until {until:%d.%m.%Y}. {folder / _AUTHORITY}"
        " signs new ones: no process mounts it.\n"
    )


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
    believed = f"{options.mounted_at}/{'servers.crt' if options.servers_ca else 'ca.crt'}"
    # Whoever answers at these addresses must prove it, or nothing is said to him.
    sealed = "" if options.plain_servers else f"?sslmode=verify-full&sslrootcert={believed}"
    scheme = "redis" if options.plain_servers else "rediss"
    shut = "" if options.plain_servers else f"?ssl_cert_reqs=required&ssl_ca_certs={believed}"
    conversations, vault = f"{options.conversations}/conversations{sealed}", f"{options.vault}/vault{sealed}"
    return {
        "DATABASE_URL": f"postgresql://web:{word['web']}@{conversations}",
        "OWNER_DATABASE_URL": f"postgresql://owner:{word['owner']}@{conversations}",
        "VAULT_DATABASE_URL": f"postgresql://vault:{word['vault']}@{vault}",
        "ADMIN_DATABASE_URL": f"postgresql://postgres:{word['first']}@{options.conversations}/{{database}}{sealed}",
        "VAULT_ADMIN_DATABASE_URL": f"postgresql://postgres:{word['vault_first']}@{options.vault}/{{database}}{sealed}",
        "VALKEY_URL": f"{scheme}://web:{valkey['web']}@{options.valkey}/0{shut}",
        "BROKER_URL": f"{scheme}://web:{valkey['web']}@{options.valkey}/0{shut}",
        "VAULT_VALKEY_URL": f"{scheme}://vault:{valkey['vault']}@{options.valkey}/0{shut}",
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
    parser.add_argument(
        "--service", action="append", default=[], metavar="HOST", help="a further name of the vault's service"
    )
    parser.add_argument(
        "--mounted-at",
        default="/run/secrets",
        metavar="FOLDER",
        help="where each process sees its own folder",
    )
    parser.add_argument(
        "--servers-ca", type=Path, metavar="FILE", help="servers have certificates already, signed by these"
    )
    parser.add_argument("--plain-servers", action="store_true", help="servers of this machine, without TLS")
    parser.add_argument("--renew", action="store_true", help="new certificates into FOLDER, and nothing else")
    parser.add_argument(
        "--new-authority",
        action="store_true",
        help="the same, by a new authority: the old one leaked or ends",
    )
    return parser
