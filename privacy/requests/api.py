"""The register of requests for data, for programs of privacy officers and support. Nothing in it says who asked."""

from datetime import date
from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request as Sent
from rest_framework.response import Response

from kernel.errors import NotFound
from privacy.requests import queries
from privacy.requests.models import EXTENSIONS, PAUSES, REFUSALS, Channel, Done, Kind, Reason, Request, State
from privacy.requests.services import asking, deciding
from privacy.requests.services.register import NotPossibleNow, day_of
from tenants.api.staff import StaffEndpoint
from tenants.permissions import RoleMissing
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import Shape, Text


class RequestShape(Shape):
    """A request: what was asked, when it is due, and what became of it. Never who, never what it says."""

    number = Text()
    kind = serializers.ChoiceField(Kind.values)
    channel = serializers.ChoiceField(Channel.values)
    state = serializers.ChoiceField(State.values)
    organisation = serializers.UUIDField(allow_null=True, help_text="Null: wherever the person belongs to.")
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    is_extended = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    done_on = serializers.DateField(allow_null=True)


class StepShape(Shape):
    day = serializers.DateField()
    what = serializers.ChoiceField(Done.values)
    reason = serializers.ChoiceField(["", *Reason.values])


class WholeRequest(Shape):
    """A request with what happened so far."""

    request = RequestShape()
    steps = StepShape(many=True)


class RegisterShape(Shape):
    """Open ones by the time that is left, then the newest that are over."""

    open = RequestShape(many=True)
    over = RequestShape(many=True)


class NewRequest(Shape):
    """What somebody asked for by mail or telephone. The address goes to the vault, and comes back from nowhere."""

    kind = serializers.ChoiceField(Kind.values)
    channel = serializers.ChoiceField([channel.value for channel in Channel if channel is not Channel.SITE])
    organisation = serializers.UUIDField(required=False, allow_null=True, default=None)
    received_on = serializers.DateField()
    address = Text(max_length=320, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(["en", "cy"], required=False, default="en")


class Because(Shape):
    reason = serializers.ChoiceField(Reason.values)


class Number(Shape):
    number = Text()


class _Officer(StaffEndpoint):
    tag = "Requests for data"
    roles: ClassVar = {"get": queries.ROLES, "post": queries.ROLES}

    @property
    def today(self) -> date:
        return day_of(self.now)

    def whole(self, number: str) -> Response:
        found: Request = queries.request_with(number, self.staff)
        steps = [step for step, _name in queries.steps_of(found)]
        return self.given(WholeRequest, {"request": found, "steps": steps})


class Register(_Officer):
    @operation("list_requests", gives=RegisterShape, refuses=[RoleMissing])
    def get(self, request: Sent) -> Response:  # noqa: ARG002  (the framework's signature)
        """Requests of the organisations that one looks after."""
        found = queries.register(self.staff, today=self.today)
        told = {
            name: [line.request for line in lines]
            for name, lines in (("open", found.open), ("over", found.over))
        }
        return self.given(RegisterShape, told)

    @operation(
        "enter_request",
        takes=NewRequest,
        gives=Number,
        status=201,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, asking.AddressNeeded, asking.ArrivesLater],
        sent={"kind": "copy", "channel": "mail", "received_on": "2026-06-10", "address": "ash@example.org"},
        got={"number": "7KQ2-9MXP"},
    )
    def post(self, request: Sent) -> Response:  # noqa: ARG002
        """Register what somebody asked for, and send a code to their address."""
        said = self.taken(NewRequest)
        number = asking.enter_request(
            kind=Kind(said["kind"]),
            channel=Channel(said["channel"]),
            organisation=said["organisation"],
            received_on=said["received_on"],
            address=(said["address"], said["language"]),
            by=self.staff,
            at=self.now,
        )
        return self.given(Number, {"number": number}, status=201)


class One(_Officer):
    @operation("get_request", gives=WholeRequest, refuses=[RoleMissing, NotFound])
    def get(self, request: Sent, number: str) -> Response:  # noqa: ARG002
        """One request with what happened so far."""
        return self.whole(number)


class Pause(_Officer):
    @operation(
        "pause_request",
        takes=Because,
        gives=WholeRequest,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, deciding.ReasonNeeded, deciding.PausedAlready, NotPossibleNow],
        sent={"reason": PAUSES[0].value},
    )
    def post(self, request: Sent, number: str) -> Response:  # noqa: ARG002
        """Stop the clock, because the person was asked what they mean."""
        deciding.pause(number=number, reason=self.taken(Because)["reason"], by=self.staff, at=self.now)
        return self.whole(number)


class Resume(_Officer):
    @operation(
        "resume_request",
        gives=WholeRequest,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, deciding.NotPaused, NotPossibleNow],
    )
    def post(self, request: Sent, number: str) -> Response:  # noqa: ARG002
        """The person answered: the clock goes on."""
        deciding.resume(number=number, by=self.staff, at=self.now)
        return self.whole(number)


class Extend(_Officer):
    @operation(
        "extend_request",
        takes=Because,
        gives=WholeRequest,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, deciding.ReasonNeeded, deciding.ExtendedAlready, deciding.TooLate],
        sent={"reason": EXTENSIONS[0].value},
    )
    def post(self, request: Sent, number: str) -> Response:  # noqa: ARG002
        """Two months more, once, with a notice to the person."""
        deciding.extend(number=number, reason=self.taken(Because)["reason"], by=self.staff, at=self.now)
        return self.whole(number)


class Refuse(_Officer):
    @operation(
        "refuse_request",
        takes=Because,
        gives=WholeRequest,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, deciding.ReasonNeeded, NotPossibleNow],
        sent={"reason": REFUSALS[0].value},
    )
    def post(self, request: Sent, number: str) -> Response:  # noqa: ARG002
        """Close it without doing it. The letter says why, and where the person can complain."""
        deciding.refuse(number=number, reason=self.taken(Because)["reason"], by=self.staff, at=self.now)
        return self.whole(number)
