from uuid import uuid4

from django.db import models

from conversations.models.act import Act
from conversations.models.contribution import Comment, Idea

MOST_CHARACTERS_OF_MESSAGE = 2000


class Thread(models.Model):
    """
    What facilitators and the unknown author of one contribution say to each other.

    It hangs on the contribution; the author finds it through the contribution's tag. Two threads of
    one person have nothing in common.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    idea = models.OneToOneField(Idea, on_delete=models.CASCADE, null=True, related_name="thread")
    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, null=True, related_name="thread")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idea__isnull=True) ^ models.Q(comment__isnull=True),
                name="thread_is_about_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class MessageKind(models.TextChoices):
    NOTICE = "notice"  # what was done to the contribution, and why
    QUESTION = "question"  # facilitators write to the author
    ANSWER = "answer"  # the author writes back
    FORWARD = "forward"  # the author comes forward, for this contribution alone
    WARNING = "warning"  # facilitators warn the author
    READONLY = "readonly"  # the author may only read from now on
    LIFTED = "lifted"  # and may write again
    OFFER = "offer"  # somebody is worried, and offers support
    KNOWN = "known"  # the author was identified


class Message(models.Model):
    """
    One message of a thread, in its order. It keeps its day; nothing says whether it was read.

    What an author writes is shown to facilitators at the next window only, so that its moment is
    nobody's. A name that somebody comes forward with is sealed to the conversation's public key:
    the tenant's tables hold no name.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    position = models.SmallIntegerField()
    kind = models.CharField(max_length=8, choices=MessageKind)
    # What a notice is about: its sentence is made for whoever reads it, in their language. The text
    # is then what the facilitator added.
    act = models.ForeignKey(Act, on_delete=models.CASCADE, null=True, db_index=False)
    text = models.TextField(blank=True)
    sealed = models.BinaryField(null=True)
    day = models.DateField()
    shown_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "position"], name="message_has_its_place"),
            models.CheckConstraint(
                condition=models.Q(kind__in=MessageKind.values), name="message_kind_is_known"
            ),
            # A name stands in nobody's clear text, and nothing else is sealed.
            models.CheckConstraint(
                condition=models.Q(kind=MessageKind.FORWARD, sealed__isnull=False, text="")
                | (~models.Q(kind=MessageKind.FORWARD) & models.Q(sealed__isnull=True)),
                name="message_name_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
