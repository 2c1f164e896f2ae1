from django.utils import timezone

from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from reporting.portal.services import remembering, telling


@platform_task("portal.note_everywhere")
def note_everywhere() -> None:
    send_to_each_tenant("portal.note")


@tenant_task("portal.note")
def note() -> None:
    """What client users see that is said once a day. Asked for each hour, because days end at different hours."""
    now = timezone.now()
    remembering.note_people(at=now)
    telling.tell_all(at=now)
