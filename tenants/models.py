"""The control plane's nouns. Nothing here knows a participant."""

import uuid
from typing import ClassVar, NoReturn, Self

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from kernel.tenancy import Tenant


class OrganisationState(models.TextChoices):
    SERVING = "serving"
    SUSPENDED = "suspended"
    DELETING = "deleting"


class Organisation(TenantMixin):
    """A client. Its schema's name is random and never changes; its slug may."""

    auto_create_schema = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=OrganisationState, default=OrganisationState.SERVING)
    created_on = models.DateField()
    # The last recorded migration its schema has; kept in the transaction that applies it.
    migrated_to = models.IntegerField(default=0)
    migration_problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager["Organisation"]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(schema_name__regex=r"^t_[a-z]{12}$"), name="organisation_schema_is_random"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OrganisationState.values), name="organisation_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def __enter__(self) -> NoReturn:
        raise RuntimeError("`with organisation:` shares its stack between threads. Use tenant_context().")

    @property
    def tenant(self) -> Tenant:
        return Tenant(schema_name=self.schema_name, organisation=self.id)

    @property
    def is_serving(self) -> bool:
        return self.state == OrganisationState.SERVING and not self.migration_problem


class Domain(DomainMixin):
    """A host name (without port) at which an organisation's site answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(domain__regex=r"^[a-z0-9.-]{1,253}$"), name="domain_is_plain"
            )
        ]

    def __str__(self) -> str:
        return str(self.domain)


class ProjectState(models.TextChoices):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    COMPLETE = "complete"


class ProjectQuerySet(models.QuerySet["Project"]):
    def of(self, tenant: Tenant) -> Self:
        return self.filter(organisation_id=tenant.organisation)


class Project(models.Model):
    """One engagement of an organisation, with one conversation, whose id it shares."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=ProjectState, default=ProjectState.DRAFT)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True, closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="project_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ProjectState.values), name="project_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody of Clever Together may do: operators for the whole platform, the others where assigned."""

    FACILITATOR = "facilitator", "Facilitator"
    ANALYST = "analyst", "Analyst"
    PRIVACY_OFFICER = "privacy officer", "Privacy officer"
    SUPPORT = "support", "Support"
    OPERATOR = "operator", "Operator"


class Assignment(models.Model):
    """What somebody may do, and where: in one organisation, or (without one) in all of them."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True)
    role = models.CharField(max_length=15, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "organisation", "role"], name="assignment_is_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~models.Q(role=Role.OPERATOR) | models.Q(organisation__isnull=True),
                name="assignment_operators_are_everywhere",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="assignment_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.role


class TenantMigration(models.Model):
    """One migration of the tenant zone as the SQL it came to, recorded once, replayed everywhere."""

    position = models.IntegerField(primary_key=True)
    app = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    sql = models.TextField()
    # A migration that runs Python over rows is run for real in each schema instead.
    is_replayable = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "name"], name="tenant_migration_is_recorded_once")
        ]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"
