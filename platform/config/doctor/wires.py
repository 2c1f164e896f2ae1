"""What travels between processes and servers: who proves what to whom, and for how long it holds."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.utils import timezone

from config.doctor.findings import Finding, away, fine, look, mend
from kernel.tls import Unproven, calling, certificates, is_loopback, visit

LEAST_DAYS = 21
_RENEW = "Renew it (`manage secrets FOLDER --renew`); the runbook says how: InnerCertificateEnding."


def service_proves_itself() -> Iterator[Finding]:
    """The vault's service as its callers meet it."""
    url, papers = urlsplit(settings.VAULT_URL), settings.VAULT_PAPERS
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        if not settings.VAULT_PLAIN_HTTP:
            yield mend(
                "VAULT_URL speaks plain HTTP beyond this machine: what people are called could be read on the way."
                " Write https, or say VAULT_PLAIN_HTTP=true where something else seals it."
            )
            return
        yield look("VAULT_PLAIN_HTTP is on: the way to the vault is sealed by something else, or by nothing.")
    if url.scheme == "https" and not papers.authority:
        yield mend(
            "VAULT_URL is https, and nothing says whose certificate to believe. Set VAULT_CA, or put the `ca.crt`"
            " that `manage secrets` makes into this process's folder."
        )
        return
    try:
        answered = visit(settings.VAULT_URL, papers).status
    except Unproven as reason:
        yield mend(f"At VAULT_URL {reason}.")
        return
    except OSError:
        answered = 0
    if answered == 200:
        yield fine("This process reaches people through the vault service alone.")
    else:
        yield away("The vault service does not answer at VAULT_URL. Nobody can sign in until it does.")


def certificates_hold() -> Iterator[Finding]:
    """The files by which this process proves itself on the way to the vault."""
    papers = settings.VAULT_PAPERS
    if not papers.files():
        return
    if bool(papers.certificate) != bool(papers.key):
        yield mend("VAULT_CERTIFICATE and VAULT_CERTIFICATE_KEY belong together. Set both, or neither.")
        return
    if missing := [file for file in papers.files() if not Path(file).is_file()]:
        yield mend(f"{missing[0]} is not there, or not for this account to read. `manage secrets` makes it.")
        return
    try:
        calling(papers)
        own = certificates(papers.certificate)[:1] if papers.certificate else []
        authorities = certificates(papers.authority) if papers.authority else []
    except (OSError, ValueError):
        yield mend(
            f"{papers.files()[-1]} does not fit to the files beside it: one holds no certificate, or the key is"
            " another's. Take all three from one run of `manage secrets`."
        )
        return
    if authorities and not all(any(_is_signed(one, by) for by in authorities) for one in own):
        yield mend(f"This process's certificate was not signed by the authority of VAULT_CA. {_RENEW}")
        return
    ends = min(one.not_valid_after_utc for one in [*own, *authorities])
    left = (ends - timezone.now()).days
    if left < LEAST_DAYS:
        said = "ended" if left < 0 else "ends"
        yield mend(f"A certificate of this process {said} on {ends:%d.%m.%Y}. {_RENEW}")
    else:
        yield fine(f"This process proves itself by a certificate that holds until {ends:%d.%m.%Y}.")


def wires_are_sealed() -> Iterator[Finding]:
    """Databases, Valkey, files and traces: TLS, and a look at whose certificate it is."""
    open_ones = [*_databases(), *_valkey(), *_addresses()]
    yield from open_ones
    if not open_ones:
        yield fine(
            "Nothing leaves this machine for databases, Valkey or files without TLS that is looked at."
        )


def _databases() -> Iterator[Finding]:
    for name, alias in {
        "DATABASE_URL": "default",
        "OWNER_DATABASE_URL": "owner",
        "VAULT_DATABASE_URL": "vault",
    }.items():
        known = settings.DATABASES.get(alias, {})
        if not known.get("NAME") or is_loopback(str(known["HOST"])):
            continue
        mode = known["OPTIONS"].get("sslmode", "prefer")
        if mode in {"require", "verify-ca"}:
            yield mend(
                f"{name} is encrypted, and nobody looks whose server it is. Write sslmode=verify-full."
            )
        elif mode != "verify-full":
            yield look(
                f"{name} can be read on the way. Write sslmode=verify-full and sslrootcert, unless something else"
                " seals it."
            )


def _valkey() -> Iterator[Finding]:
    for name in ("VALKEY_URL", "BROKER_URL", "VAULT_VALKEY_URL"):
        url = urlsplit(getattr(settings, name))
        if url.scheme == "rediss":
            said = {key: value[-1].lower() for key, value in parse_qs(url.query).items()}
            unlooked = said.get("ssl_cert_reqs", "required") not in {"required", "cert_required"}
            if unlooked or said.get("ssl_check_hostname", "true") == "false":
                yield mend(
                    f"{name} is encrypted, and nobody looks whose server it is. Take ssl_... out of it."
                )
        elif url.scheme == "redis" and not is_loopback(url.hostname or ""):
            yield look(f"{name} can be read on the way. Write rediss, unless something else seals it.")


def _addresses() -> Iterator[Finding]:
    asked = {
        "S3_ENDPOINT": settings.S3_ENDPOINT,
        "OTEL_EXPORTER_OTLP_ENDPOINT": settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    }
    for name, address in asked.items():
        url = urlsplit(address)
        if url.scheme == "http" and not is_loopback(url.hostname or ""):
            yield look(f"{name} can be read on the way. Write https, unless something else seals it.")


def _is_signed(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
