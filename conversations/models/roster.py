from uuid import uuid4

from django.db import models

from conversations.models.conversation import Conversation


class RosterUpload(models.Model):
    """
    A roster on its way into the vault: the sealed file, and the vault's job that reads it. One for each conversation.

    What the file says stands nowhere here. The file goes after the import, or after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="roster_upload")
    # Name of the sealed file in the object store; empty when it is gone.
    file = models.CharField(max_length=120, blank=True)
    job = models.UUIDField()
    # Whether the job takes people in, and is no longer a look beforehand.
    is_confirmed = models.BooleanField(default=False)
    # Whether the groups were taken over after the vault had finished.
    is_done = models.BooleanField(default=False)
    # Who brought it: staff, or a client user of the organisation.
    by = models.UUIDField()
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
