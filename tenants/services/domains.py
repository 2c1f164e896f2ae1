"""
An organisation's own host names: added, shown to be its own by a DNS record, chosen, removed.

A name serves nobody before its owner has published our token under it, so that nobody can take a
name that is another's. Names are kept in the form computers use, without anything that only looks alike.
"""

import re
import secrets
import unicodedata
from uuid import UUID

import idna
from django.conf import settings
from django.db import IntegrityError, transaction

from kernel import audit
from kernel.dns import Names, names
from kernel.errors import DomainError, NotFound
from kernel.tenancy import control_plane, tenant_context
from tenants import registry
from tenants.models import Domain, DomainState, Organisation, Role
from tenants.permissions import Staff, require_role
from tenants.queries import forget_sites

# Under the name itself stands what its owner wants there; this label is for us alone.
LABEL = "_conversations"
PREFIX = "conversations-verification="
_MOST_DOMAINS = 20
_LONGEST = 253
_NUMBERS = re.compile(r"[0-9.]+")
# Scripts that are written together in one language.
_TOGETHER = [{"HIRAGANA", "KATAKANA", "CJK", "LATIN"}, {"HANGUL", "CJK", "LATIN"}]


class DomainNotUsable(DomainError):
    code = "domain_not_usable"
    status = 422
    message = (
        "This is no host name. Write only the name, such as talk.example.org: without https, path or port."
    )


class DomainIsOurs(DomainError):
    code = "domain_is_ours"
    status = 422
    message = (
        "Names under our own domain are given out with the short name. Choose one of the organisation's own."
    )


class DomainLooksAlike(DomainError):
    code = "domain_looks_alike"
    status = 422
    message = "This name mixes letters of several scripts, so it looks like another name. Check it letter by letter."


class DomainTaken(DomainError):
    code = "domain_taken"
    message = "This name is in use here already. Choose another."


class TooManyDomains(DomainError):
    code = "too_many_domains"
    message = "An organisation can have up to 20 names. Remove one first."


class NotVerifiedYet(DomainError):
    code = "not_verified_yet"
    message = "The record is not there yet. New records can take an hour to be seen; check again later."


class MainAddressStays(DomainError):
    code = "main_address_stays"
    message = "This is the main address. Choose another one as the main address first."


class OwnNameStays(DomainError):
    code = "own_name_stays"
    message = "The address under our own domain always stays."


def readable_host(name: str) -> str:
    """
    A typed host name as computers write it: lower case, `xn--` where it has other letters.

    Raises DomainNotUsable, DomainIsOurs, DomainLooksAlike.
    """
    typed = unicodedata.normalize("NFKC", name.strip()).rstrip(".").lower()
    try:
        plain = idna.encode(typed, uts46=True, std3_rules=True).decode()
        shown = idna.decode(plain)
    except (idna.IDNAError, UnicodeError) as reason:
        raise DomainNotUsable from reason
    if "." not in plain or len(plain) > _LONGEST or _NUMBERS.fullmatch(plain):
        raise DomainNotUsable
    base = settings.BASE_DOMAIN.split(":")[0]
    if plain == base or plain.endswith((f".{base}", ".localhost")):
        raise DomainIsOurs
    if any(_mixes_scripts(label) for label in shown.split(".")):
        raise DomainLooksAlike
    return plain


def add_domain(*, by: Staff, organisation: Organisation, name: str) -> Domain:
    """A name that waits for its record. Raises RoleMissing, DomainTaken, TooManyDomains and what readable_host raises."""
    require_role(by, Role.OPERATOR)
    host = readable_host(name)
    made = Domain(domain=host, tenant=organisation, is_primary=False, token=secrets.token_hex(16))
    try:
        with control_plane(), transaction.atomic():
            if Domain.objects.filter(tenant=organisation).count() >= _MOST_DOMAINS:
                raise TooManyDomains
            Domain.objects.bulk_create([made])
            _note("domain added", by, made)
    except IntegrityError as clash:
        raise DomainTaken from clash
    return made


def check_domain(*, by: Staff, organisation: Organisation, domain: UUID, asked: Names | None = None) -> None:
    """Look for the record now. Raises RoleMissing, NotFound, NotVerifiedYet, NamesAway."""
    require_role(by, Role.OPERATOR)
    found = _domain(organisation, domain)
    if found.state == DomainState.VERIFIED:
        return
    if PREFIX + found.token not in (asked or names()).texts(f"{LABEL}.{found.domain}"):
        raise NotVerifiedYet
    with control_plane(), transaction.atomic():
        if Domain.objects.filter(pk=found.pk, state=DomainState.WAITING).update(state=DomainState.VERIFIED):
            _note("domain verified", by, found)
    forget_sites()


def make_main(*, by: Staff, organisation: Organisation, domain: UUID) -> None:
    """Letters and pages name this address from now on. Raises RoleMissing, NotFound, NotVerifiedYet."""
    require_role(by, Role.OPERATOR)
    found = _domain(organisation, domain)
    if found.state != DomainState.VERIFIED:
        raise NotVerifiedYet
    with control_plane(), transaction.atomic():
        Domain.objects.filter(tenant=organisation, is_primary=True).update(is_primary=False)
        Domain.objects.filter(pk=found.pk).update(is_primary=True, leads_on=False)
        _note("main address chosen", by, found)
    forget_sites()
    with tenant_context(organisation.tenant):
        for tell in registry.at_move():
            tell()


def lead_on(*, by: Staff, organisation: Organisation, domain: UUID, leads: bool) -> None:
    """Whether pages asked for at this address are shown there or at the main one. Raises RoleMissing, NotFound, MainAddressStays."""
    require_role(by, Role.OPERATOR)
    found = _domain(organisation, domain)
    if found.is_primary:
        raise MainAddressStays
    with control_plane(), transaction.atomic():
        Domain.objects.filter(pk=found.pk, is_primary=False).update(leads_on=leads)
        _note("address leads on" if leads else "address answers itself", by, found)
    forget_sites()


def remove_domain(*, by: Staff, organisation: Organisation, domain: UUID) -> None:
    """Raises RoleMissing, NotFound, MainAddressStays, OwnNameStays."""
    require_role(by, Role.OPERATOR)
    found = _domain(organisation, domain)
    if found.is_ours:
        raise OwnNameStays
    if found.is_primary:
        raise MainAddressStays
    with control_plane(), transaction.atomic():
        Domain.objects.filter(pk=found.pk, is_primary=False, is_ours=False).delete()
        _note("domain removed", by, found)
    forget_sites()


def _domain(organisation: Organisation, domain: UUID) -> Domain:
    with control_plane():
        found: Domain | None = Domain.objects.filter(tenant=organisation, pk=domain).first()
    if found is None:
        raise NotFound
    return found


def _note(what: str, by: Staff, domain: Domain) -> None:
    audit.record(what, by=by.id, organisation=domain.tenant_id, about={"domain": str(domain.pk)})


def _mixes_scripts(label: str) -> bool:
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)
