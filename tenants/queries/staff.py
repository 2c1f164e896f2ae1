"""Who of Clever Together may do what, and where. Asked in the control plane."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from accounts.models import Account, Kind
from kernel.errors import NotFound, Unavailable
from kernel.tenancy import control_plane
from tenants.models import Assignment, Organisation, OrganisationState, Role
from tenants.permissions import Staff


class BeingRestored(Unavailable):
    """Loaded from a backup, and not yet without what was erased since."""

    code = "being_restored"
    message = "This organisation is being restored from a backup. Come back when that is done."


_SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(account: Account) -> bool:
    return bool(Authenticator.objects.filter(user=account, type__in=_SECOND_FACTORS).exists())


def at_work(account: Account) -> Staff:
    """Somebody with the roles they have anywhere."""
    return Staff(id=account.pk, name=account.name, roles=_roles(Assignment.objects.filter(account=account)))


def at_work_in(organisation: UUID, account: Account) -> tuple[Organisation, Staff]:
    """
    An organisation, and somebody with the roles they have there: none where they are not assigned.

    Raises NotFound where there is no such organisation, BeingRestored.
    """
    found = Organisation.objects.exclude(state=OrganisationState.DELETING).filter(pk=organisation).first()
    if found is None:
        raise NotFound
    if found.restoring_since is not None:
        raise BeingRestored
    here = Q(organisation=found) | Q(organisation=None)
    roles = _roles(Assignment.objects.filter(here, account=account))
    return found, Staff(id=account.pk, name=account.name, roles=roles)


def organisations_of(staff: Staff) -> list[Organisation]:
    """Those that somebody is assigned to, by name; all for whoever has a role everywhere."""
    found = Organisation.objects.exclude(state=OrganisationState.DELETING)
    own = Assignment.objects.filter(account_id=staff.id)
    if not own.filter(organisation=None).exists():
        found = found.filter(pk__in=own.values("organisation"))
    return list(found.order_by("name"))


def supported_by(staff: Staff) -> list[Organisation]:
    """The organisations whose support queue somebody looks after, by name."""
    own = Assignment.objects.filter(account_id=staff.id, role=Role.SUPPORT)
    found = Organisation.objects.exclude(state=OrganisationState.DELETING)
    if not own.filter(organisation=None).exists():
        found = found.filter(pk__in=own.values("organisation"))
    return list(found.order_by("name"))


def places_of(staff: Staff, *roles: Role) -> tuple[bool, list[Organisation]]:
    """Whether somebody has one of the roles everywhere, and the organisations where they have one, by name."""
    own = Assignment.objects.filter(account_id=staff.id, role__in=roles)
    is_everywhere = own.filter(organisation=None).exists()
    found = Organisation.objects.exclude(state=OrganisationState.DELETING)
    if not is_everywhere:
        found = found.filter(pk__in=own.values("organisation"))
    return is_everywhere, list(found.order_by("name"))


def assigned(organisation: UUID | None, role: Role) -> list[Account]:
    """Everybody at work who has a role in an organisation, by name; without one, who has it everywhere."""
    here = Q(organisation=organisation) | Q(organisation=None)
    accounts = Assignment.objects.filter(here, role=role).values("account")
    return list(Account.objects.filter(pk__in=accounts, is_active=True).order_by("name"))


def names(wanted: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of staff; only where there are any is the control plane asked."""
    ids = {one for one in wanted if one is not None}
    if not ids:
        return {}
    with control_plane():
        return names_of(ids)


def names_of(accounts: set[UUID]) -> dict[UUID, str]:
    return dict(Account.objects.filter(pk__in=accounts).values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line of the list of staff."""

    account: Account
    duties: list[tuple[str, str]]  # role, and the organisation's name or "" for everywhere
    has_second_factor: bool


def colleagues() -> list[Colleague]:
    """All staff, by name. Three queries however many they are."""
    accounts = Account.objects.filter(kind=Kind.STAFF).order_by("-is_active", "name")
    duties: dict[UUID, list[tuple[str, str]]] = {}
    for found in Assignment.objects.select_related("organisation").order_by("role", "organisation__name"):
        place = "" if found.organisation is None else found.organisation.name
        duties.setdefault(found.account_id, []).append((Role(found.role).label, place))
    secured = set(Authenticator.objects.filter(type__in=_SECOND_FACTORS).values_list("user_id", flat=True))
    return [Colleague(one, duties.get(one.pk, []), one.pk in secured) for one in accounts]


def colleague(account: UUID) -> Account:
    """Raises NotFound."""
    found = Account.objects.filter(pk=account, kind=Kind.STAFF).first()
    if found is None:
        raise NotFound
    return found


def duties_of(account: Account) -> list[Assignment]:
    return list(
        Assignment.objects.filter(account=account)
        .select_related("organisation")
        .order_by("organisation__name", "role")
    )


def _roles(found: QuerySet[Assignment]) -> frozenset[Role]:
    return frozenset(Role(role) for role in found.values_list("role", flat=True))
