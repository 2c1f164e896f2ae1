"""The control plane's nouns. Nothing here knows a participant."""

import uuid
from datetime import datetime
from typing import ClassVar, NoReturn, Self

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin, TenantMixin

from kernel.database import ThirtyDaysAfter
from kernel.tenancy import Tenant


class OrganisationState(models.TextChoices):
    CREATING = "creating", "Being created"
    SERVING = "serving", "Serving"
    SUSPENDED = "suspended", "Suspended"
    # Its site is paused and its tasks rest, for good; what it holds can still be read on the console.
    ARCHIVED = "archived", "Archived"
    DELETING = "deleting", "Being deleted"


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
    # Written before a backup is loaded and cleared after it was replayed: meanwhile nothing is served.
    restoring_since = models.DateTimeField(null=True)

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
        is_whole = not self.migration_problem and self.restoring_since is None
        return self.state == OrganisationState.SERVING and is_whole


class DomainState(models.TextChoices):
    WAITING = "waiting", "Waiting for its DNS record"
    VERIFIED = "verified", "Verified"


class Domain(DomainMixin):
    """A host name (without port) at which an organisation's site answers, once it is verified."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    state = models.CharField(max_length=8, choices=DomainState, default=DomainState.WAITING)
    # What its owner publishes as a TXT record to show that the name is theirs.
    token = models.CharField(max_length=32, blank=True)
    # Under our own base domain: always there, and never removed.
    is_ours = models.BooleanField(default=False)
    # Pages asked for here are looked for at the main address instead.
    leads_on = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(domain__regex=r"^[a-z0-9.-]{1,253}$"), name="domain_is_plain"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=DomainState.values), name="domain_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(is_primary=False) | models.Q(state=DomainState.VERIFIED, leads_on=False),
                name="domain_primary_is_verified",
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(is_primary=True), name="domain_primary_is_one"
            ),
        ]

    def __str__(self) -> str:
        return str(self.domain)


class JobKind(models.TextChoices):
    CREATE = "create", "Create an organisation"
    DELETE = "delete", "Delete an organisation"


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Job(models.Model):
    """
    Long work on an organisation, in the ledger: claimed with a lease, fenced, done once however often begun.

    It names the organisation without a key to it, because that is not there yet, or not any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=6, choices=JobKind)
    organisation = models.UUIDField(db_index=True)
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40)
    state = models.CharField(max_length=7, choices=JobState, default=JobState.WAITING)
    # Names of the steps that are done, each written in the transaction that did it.
    steps = models.JSONField(default=list)
    # What was typed into the form, sealed; gone as soon as the job is over.
    sealed_input = models.BinaryField(null=True)
    # What stands in the way, as a sentence for whoever looks at its progress.
    problem = models.CharField(max_length=300, blank=True)
    # None is whoever runs the machine, by a command.
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state_is_known"),
            models.CheckConstraint(condition=models.Q(kind__in=JobKind.values), name="job_kind_is_known"),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="job_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"

    @property
    def is_over(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED}


class ProjectState(models.TextChoices):
    """What is written down. Between its two dates a scheduled project is open, after them it is analysed."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    COMPLETE = "complete"


class Phase(models.TextChoices):
    """Where a project stands: what its state and its dates come to at a moment."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    OPEN = "open", "Open"
    ANALYSIS = "analysis", "Closed, analysis"
    COMPLETE = "complete", "Complete"


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
    # When it is complete by itself: its days of analysis after closing.
    completes_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True, closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="project_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=models.Q(completes_at__isnull=True)
                | models.Q(completes_at__gte=models.F("closes_at")),
                name="project_closes_before_it_completes",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ProjectState.values), name="project_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def phase(self, *, at: datetime) -> Phase:
        if self.state != ProjectState.SCHEDULED:
            return Phase(self.state)
        if self.opens_at is None or at < self.opens_at:
            return Phase.SCHEDULED
        return Phase.OPEN if self.closes_at is None or at < self.closes_at else Phase.ANALYSIS


class Completion(models.Model):
    """
    That a project is complete, since when, and until when everything about its people has to be gone.

    The database writes both moments itself and lets nobody but the owner change or remove them
    (decision 023): the deadline is counted from its own clock and never moves.
    """

    project = models.OneToOneField(
        Project, on_delete=models.DO_NOTHING, primary_key=True, related_name="completion"
    )
    completed_at = models.DateTimeField(db_default=Now())
    deadline = models.GeneratedField(
        expression=ThirtyDaysAfter("completed_at"), output_field=models.DateTimeField(), db_persist=True
    )

    def __str__(self) -> str:
        return f"{self.project_id} until {self.deadline}"


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
