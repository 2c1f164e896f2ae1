"""Organisations: those somebody works for, one of them, and a new one."""

from uuid import UUID, uuid5

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.addresses import on_host
from kernel.errors import NotFound
from tenants import queries
from tenants.api.staff import OrganisationEndpoint, StaffEndpoint
from tenants.branding.palette import ColourNotUsable
from tenants.models import JobState, Organisation, OrganisationState, Phase, Role
from tenants.permissions import RoleMissing
from tenants.queries import jobs, overview, projects
from tenants.services import provisioning
from tenants.services.client_users import readable_addresses
from tenants.services.organisations import NameMissing, SlugNotUsable, SlugTaken
from tenants.services.provisioning import NewOrganisation
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import Shape, Text, list_of

_FORMS = UUID("3f6a7c55-4c0f-4d4e-9f0e-6b0b1b0e7a11")


class OrganisationShape(Shape):
    id = serializers.UUIDField()
    slug = serializers.SlugField()
    name = Text()
    state = serializers.ChoiceField(OrganisationState.values)


class Place(Shape):
    """One organisation, with the address of its site."""

    organisation = OrganisationShape()
    address = serializers.URLField()
    schema = serializers.ChoiceField([one.value for one in overview.Schema])


class ProjectLine(Shape):
    """A project as the platform knows it. `deadline` is when everything about its people is gone."""

    id = serializers.UUIDField(source="project.id")
    name = Text(source="project.name")
    phase = serializers.ChoiceField(Phase.values)
    opens_at = serializers.DateTimeField(source="project.opens_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="project.closes_at", allow_null=True)
    deadline = serializers.DateTimeField(allow_null=True)


class SearchedFor(Shape):
    q = Text(required=False, default="", allow_blank=True, max_length=120, help_text="A part of its name.")


class Wanted(Shape):
    name = Text(max_length=500)
    slug = Text(max_length=100)
    colour = Text(max_length=20, help_text="Such as #00625a. It is made readable.")
    client_users = serializers.ListField(
        child=Text(max_length=320), max_length=20, required=False, default=list
    )


class JobShape(Shape):
    """Long work on an organisation, and how far it is."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(JobState.values)
    steps = serializers.ListField(child=Text())
    problem = Text()


_EXAMPLE = {
    "id": "0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d",
    "slug": "riverside",
    "name": "Riverside Hospital",
    "state": "serving",
}


class Organisations(StaffEndpoint):
    tag = "Organisations"
    roles = {"post": (Role.OPERATOR,)}

    @operation(
        "list_organisations", asks=SearchedFor, gives=list_of(OrganisationShape), got={"items": [_EXAMPLE]}
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """Those that one works for, by name; at most 200, so search."""
        found = overview.organisations_for(
            self.staff, search=self.asked(SearchedFor)["q"].strip(), at=self.now
        )
        return self.given(list_of(OrganisationShape), {"items": [line.organisation for line in found.lines]})

    @operation(
        "create_organisation",
        takes=Wanted,
        gives=JobShape,
        status=202,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NameMissing, SlugNotUsable, SlugTaken, ColourNotUsable],
        sent={"name": "Riverside Hospital", "slug": "riverside", "colour": "#00625a"},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Ask for a new one. The job that makes it comes back; it takes some seconds."""
        said = self.taken(Wanted)
        job = provisioning.ask_for_organisation(
            by=self.staff,
            # Its own name for the request: nobody can ask for the job of another's key.
            form=uuid5(_FORMS, f"{self.token.pk} {self.form()}"),
            wanted=NewOrganisation(
                name=said["name"],
                slug=said["slug"].strip().lower(),
                brand_colour=said["colour"],
                client_addresses=tuple(readable_addresses("\n".join(said["client_users"]))),
            ),
            at=self.now,
        )
        return self.given(JobShape, jobs.job(job), status=202)


class OneJob(StaffEndpoint):
    tag = "Organisations"
    roles = {"get": (Role.OPERATOR,)}

    @operation("get_job", gives=JobShape, refuses=[RoleMissing, NotFound])
    def get(self, request: Request, job: UUID) -> Response:  # noqa: ARG002
        """How far a job is."""
        return self.given(JobShape, jobs.job(job))


class OneOrganisation(OrganisationEndpoint):
    tag = "Organisations"

    @operation("get_organisation", gives=Place, refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """One that one works for."""
        found: Organisation = self.client
        told = {
            "organisation": found,
            "address": on_host(queries.primary_host(found.tenant)),
            "schema": overview.schema_of(found).value,
        }
        return self.given(Place, told)


class Projects(OrganisationEndpoint):
    """Their list. A new one is a conversation's business."""

    tag = "Projects"

    @operation("list_projects", gives=list_of(ProjectLine), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The organisation's projects, newest first."""
        return self.given(list_of(ProjectLine), {"items": projects.projects_of(self.client.pk, at=self.now)})
