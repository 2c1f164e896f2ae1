"""Requests for data: who asked, and how far it is. Sealed under the platform's own keys."""

import uuid

from django.db import models

from privacy.vault.rights import RequestState


class RequestContact(models.Model):
    """
    Who asked for their data, under the number that the register knows. Sealed under the platform's own keys.

    What leads to the person goes two weeks after it is done; number, days and digests of codes stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=9, unique=True)
    kind = models.CharField(max_length=10)
    # None: in every organisation.
    organisation = models.UUIDField(null=True)
    state = models.CharField(max_length=9, default=RequestState.ASKED)
    # The address, in which language letters are written, and what was chosen with the code.
    sealed = models.BinaryField(null=True)
    # Digests: the first code shows that the address agreed, the second opens what was sent.
    code = models.BinaryField()
    access = models.BinaryField(null=True)
    tries = models.SmallIntegerField(default=0)
    is_found = models.BooleanField(default=False)
    # Not before then is it called done, whether or not there was anybody.
    ready_at = models.DateTimeField(null=True)
    sealed_copy = models.BinaryField(null=True)
    asked_on = models.DateField()
    confirmed_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    forget_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in RequestState]),
                name="request_contact_state_is_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state=RequestState.CONFIRMED.value),
                name="request_contact_to_do",
            )
        ]

    def __str__(self) -> str:
        return self.number


class RequestPart(models.Model):
    """One conversation of a request while it is being done. Which one, and who, is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request = models.ForeignKey(RequestContact, on_delete=models.CASCADE, related_name="parts")
    sealed = models.BinaryField()
    # For a copy: what the person wrote there.
    sealed_content = models.BinaryField(null=True)
    is_done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.id)
