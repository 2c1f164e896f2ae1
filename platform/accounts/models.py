"""
One account, two kinds of people: staff in the control plane, client users in their organisation's schema.

Participants have none. Nobody has a password: a code sent by mail is the first factor, a passkey
or an authenticator app the second.
"""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Case, CharField, Func, Q, Value, When
from django.db.models.functions import Lower
from django.db.models.lookups import Exact


class Kind(models.TextChoices):
    STAFF = "staff", "Staff"
    CLIENT = "client", "Client user"


class AccountManager(BaseUserManager["Account"]):
    """With the one method that Django's sign-in asks for."""


class Account(AbstractBaseUser):
    """Somebody who signs in by mail and a second factor. Switched off, never deleted while anything names them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.STAFF)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    # Django's own field would be written at every sign-in, and nobody reads it.
    last_login = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects: ClassVar[models.Manager["Account"]] = AccountManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="account_email_is_lower_case"),
            # Staff only in the control plane, client users only in a tenant: the schema itself says which.
            models.CheckConstraint(
                condition=Exact(
                    Case(When(kind=Kind.STAFF, then=Value(True)), default=Value(False)),
                    Exact(Func(function="current_schema", output_field=CharField()), Value("public")),
                ),
                name="account_kind_fits_schema",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """
    What a program of somebody's brings instead of a second factor: made with one, and kept as a digest.

    It says on which day it was used last, so that one that nobody needs is seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField()
    made_on = models.DateField()
    expires_at = models.DateTimeField()
    used_on = models.DateField(null=True)

    objects: ClassVar[models.Manager["Token"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
