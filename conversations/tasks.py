from uuid import UUID

from django.utils import timezone

from conversations.models import Post
from conversations.services import (
    copying,
    identifying,
    letters,
    lifecycle,
    measuring,
    outbox,
    rewriting,
    rosters,
    safeguarding,
    tallies,
)
from conversations.services.queue import filling
from kernel.tasks import platform_task, send_to_each_tenant, tenant_task
from privacy.anonymity import Kind


@platform_task("conversations.count_everywhere")
def count_everywhere() -> None:
    send_to_each_tenant("conversations.count")


@tenant_task("conversations.count")
def count() -> None:
    tallies.count_all()


@platform_task("conversations.rewrite_everywhere")
def rewrite_everywhere() -> None:
    send_to_each_tenant("conversations.rewrite")


@tenant_task("conversations.rewrite", minutes=120, or_paused=True)
def rewrite() -> None:
    rewriting.rewrite_all(at=timezone.now())


@tenant_task("conversations.count_one")
def count_one(*, conversation: str) -> None:
    tallies.count_conversation(conversation=UUID(conversation))


@platform_task("conversations.invite_everywhere")
def invite_everywhere() -> None:
    send_to_each_tenant("conversations.invite")


@tenant_task("conversations.invite")
def invite() -> None:
    letters.invite_to_opened(at=timezone.now())


@platform_task("conversations.measure_everywhere")
def measure_everywhere() -> None:
    send_to_each_tenant("conversations.measure")


@tenant_task("conversations.measure")
def measure() -> None:
    measuring.measure_files()


@platform_task("conversations.finish_rosters_everywhere")
def finish_rosters_everywhere() -> None:
    send_to_each_tenant("conversations.finish_rosters")


@tenant_task("conversations.finish_rosters")
def finish_rosters() -> None:
    rosters.finish_imports(at=timezone.now())


@platform_task("conversations.complete_due")
def complete_due() -> None:
    lifecycle.complete_due()


@platform_task("conversations.fill_queue_everywhere")
def fill_queue_everywhere() -> None:
    send_to_each_tenant("conversations.fill_queue")


@tenant_task("conversations.fill_queue")
def fill_queue() -> None:
    filling.fill_all(at=timezone.now())


@tenant_task("conversations.alert_duty")
def alert_duty(*, kind: str, post: str) -> None:
    safeguarding.alert_duty(post=Post(Kind(kind), UUID(post)))


@platform_task("conversations.care_everywhere")
def care_everywhere() -> None:
    send_to_each_tenant("conversations.care")


@tenant_task("conversations.care", or_paused=True)
def care() -> None:
    safeguarding.alert_all()
    identifying.end_expired(at=timezone.now())


@platform_task("conversations.deliver_everywhere")
def deliver_everywhere() -> None:
    send_to_each_tenant("conversations.deliver")


@tenant_task("conversations.deliver")
def deliver() -> None:
    outbox.deliver_owed()


@platform_task("conversations.copy_everywhere")
def copy_everywhere() -> None:
    send_to_each_tenant("conversations.copy")


@tenant_task("conversations.copy", or_paused=True)
def copy() -> None:
    copying.hand_in_copies(at=timezone.now())
