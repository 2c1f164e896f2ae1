"""
The deployment's own authority: it signs the certificates by which processes and servers know each other.

Its key lies in one folder that no process mounts. What it signed holds for a year and is replaced by
`manage secrets FOLDER --renew`, before `watch` begins to warn; the authority itself holds for ten years.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.embedded.trouble import CannotStart

AUTHORITY_DAYS, DAYS = 3650, 365
# Clocks differ a little: what was signed just now holds everywhere.
_EARLIER = timedelta(minutes=10)
_ANSWERS, _ASKS = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate is for: the names it answers at, and whether it answers, asks, or both."""

    name: str
    hosts: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """As PEM; the key in PKCS#8."""

    certificate: str
    key: str


class Authority:
    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate, self._key = certificate, key

    @property
    def until(self) -> datetime:
        return self._certificate.not_valid_after_utc

    def pem(self) -> Issued:
        return _pem(self._certificate, self._key)

    def issue(self, wanted: Wanted, *, at: datetime, days: int = DAYS) -> Issued:
        """A new key, and a certificate for it that never outlives this authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        uses = [*([_ANSWERS] if wanted.hosts else []), *([_ASKS] if wanted.asks else [])]
        names = x509.SubjectAlternativeName([_name(host) for host in wanted.hosts or (wanted.name,)])
        signer = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        made = (
            _begun(wanted.name, key, at=at, until=min(at + timedelta(days=days), self.until))
            .issuer_name(self._certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(names, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer), critical=False
            )
        )
        return _pem(made.sign(self._key, hashes.SHA256()), key)


def new(*, at: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = "Conversations, between our own"
    made = (
        _begun(name, key, at=at, until=at + timedelta(days=AUTHORITY_DAYS))
        .issuer_name(_subject(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return Authority(made.sign(key, hashes.SHA256()), key)


def kept_in(folder: Path) -> Authority:
    """Raises CannotStart where no authority lies there."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        key = load_pem_private_key((folder / "ca.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("not a key of ours")
    except (OSError, ValueError, TypeError) as reason:
        raise CannotStart(
            f"No authority lies in {folder}. Bring its `ca.crt` and `ca.key` back, or make a new one with"
            " --new-authority and start every process again."
        ) from reason
    return Authority(certificate, key)


def wanted_again(certificate: str) -> Wanted:
    """What a certificate was for. Raises ValueError for what is none."""
    found = x509.load_pem_x509_certificate(certificate.encode())
    (name,) = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    uses = list(found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    hosts = tuple(str(one.value) for one in names) if _ANSWERS in uses else ()
    return Wanted(name=str(name.value), hosts=hosts, asks=_ASKS in uses)


def _begun(
    name: str, key: ec.EllipticCurvePrivateKey, *, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(at, until) - _EARLIER)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Issued:
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Issued(certificate=certificate.public_bytes(Encoding.PEM).decode(), key=written.decode())


def hosts_of(*addresses: str) -> tuple[str, ...]:
    """`host` or `host:port` each, without the port."""
    return tuple(
        address.rsplit(":", 1)[0].strip("[]") if _has_port(address) else address for address in addresses
    )


def _has_port(address: str) -> bool:
    return address.count(":") == 1 or "]:" in address
