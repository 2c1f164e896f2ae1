"""The task queue: JSON messages, no results kept, schedules in code."""

import os
import ssl
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.apps import apps

if not apps.apps_ready:  # a worker begins here; everybody else comes here from Django's own start
    django.setup()

from django.conf import settings


def _over_tls(url: str) -> dict[str, Any] | bool:
    """Kombu looks at no certificate of a `rediss://` address unless it is told to."""
    return (
        {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
        if url.startswith("rediss:")
        else False
    )


app = Celery("conversations")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_use_ssl=_over_tls(settings.BROKER_URL),
    broker_transport_options={
        "global_keyprefix": "web:celery:",
        # Where the broker is away a request does not wait for it: the schedule finds the work again.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
    },
    broker_connection_retry_on_startup=True,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_max_tasks_per_child=500,
    # The messages of tasks would name arguments; ours hold ids only, and even those stay out of logs.
    worker_log_format="%(message)s",
    beat_scheduler="redbeat.RedBeatScheduler",
    redbeat_redis_url=settings.VALKEY_URL,
    redbeat_key_prefix="web:redbeat:",
    redbeat_redis_options={},
    timezone="Europe/London",
    # Only the worker of this queue has the owner's login.
    task_routes={"tenants.provision*": {"queue": "provision"}},
    beat_schedule={
        "count contributions": {"task": "conversations.count_everywhere", "schedule": 60.0},
        "invite to what has opened": {"task": "conversations.invite_everywhere", "schedule": 60.0},
        "measure what is stored": {"task": "conversations.measure_everywhere", "schedule": 3600.0},
        "finish what rosters left": {"task": "conversations.finish_rosters_everywhere", "schedule": 600.0},
        "go on with organisations half made": {"task": "tenants.provision_waiting", "schedule": 60.0},
        "delete what is due": {"task": "privacy.delete_due", "schedule": 120.0},
        "complete what is due": {"task": "conversations.complete_due", "schedule": 60.0},
        "fill the queue": {"task": "conversations.fill_queue_everywhere", "schedule": 60.0},
        "take care": {"task": "conversations.care_everywhere", "schedule": 60.0},
        "anchor the audit": {"task": "privacy.anchor_regularly", "schedule": 600.0},
        "follow requests for data": {"task": "requests.follow", "schedule": 60.0},
        "remind of requests for data": {"task": "requests.remind", "schedule": 600.0},
        "tend coding": {"task": "coding.tend_everywhere", "schedule": 600.0},
        "go on with opinion groups": {"task": "findings.go_on_everywhere", "schedule": 60.0},
        "hand in copies": {"task": "conversations.copy_everywhere", "schedule": 60.0},
        "tell authors that something waits": {"task": "conversations.deliver_everywhere", "schedule": 60.0},
        "tell organisations' systems": {"task": "tenants.tell_everywhere", "schedule": 60.0},
        "note what client users see": {"task": "portal.note_everywhere", "schedule": crontab(minute=25)},
        "follow what reports quote": {"task": "documents.follow_everywhere", "schedule": 60.0},
        "remove old backups": {"task": "config.prune_backups", "schedule": 3600.0},
        "follow releases of figures": {"task": "figures.follow_everywhere", "schedule": 60.0},
        "release participation daily": {
            "task": "figures.daily_everywhere",
            "schedule": crontab(hour=4, minute=40),
        },
        "rewrite by night": {
            "task": "conversations.rewrite_everywhere",
            "schedule": crontab(hour=3, minute=10),
        },
    },
)
