"""Tasks run inside the tenant that asked, and in no other. The broker is real, the worker too."""

import threading
import time
from typing import Any

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.core import signing
from django.db import transaction

from config.celery import app
from conversations.models import Tally
from kernel import tasks
from kernel.postgresql.base import NoTenant
from kernel.tenancy import Tenant, current_tenant, tenant_context
from tenants.models import Organisation
from tenants.services import organisations
from tests.making import make_conversation, make_idea, make_organisation, make_people

SEEN: list[str] = []


@tasks.tenant_task("tests.see")
def see(*, word: str) -> None:
    SEEN.append(f"{current_tenant().schema_name} {word}")


def _run(name: str, headers: dict[str, Any] | None, **ids: str) -> None:
    app.finalize()
    current_app.tasks[name].apply(kwargs=ids, headers=headers, throw=True)


def _signed(name: str, schema_name: str) -> dict[str, str]:
    return {"tenant": signing.dumps([name, schema_name], salt="kernel.tasks.tenant")}


def test_a_task_runs_inside_the_tenant_that_signed_for_it(acme: Organisation) -> None:
    SEEN.clear()

    _run("tests.see", _signed("tests.see", acme.schema_name), word="hello")

    assert [f"{acme.schema_name} hello"] == SEEN


@pytest.mark.parametrize("headers", [None, {}, {"tenant": ""}, {"tenant": "t_aaaaaaaaaaaa"}])
def test_a_task_without_a_signed_tenant_refuses(headers: dict[str, str] | None) -> None:
    """I18: no header, an empty one, a forged one."""
    SEEN.clear()

    with pytest.raises(NoTenant):
        _run("tests.see", headers, word="hello")

    assert not SEEN


def test_a_signature_is_for_one_task_only(acme: Organisation) -> None:
    """I18, I19."""
    with pytest.raises(NoTenant):
        _run("tests.see", _signed("conversations.count", acme.schema_name), word="hello")


def test_a_tenant_that_is_not_served_gets_no_task() -> None:
    """I19."""
    with pytest.raises(NoTenant):
        _run("tests.see", _signed("tests.see", "t_qqqqqqqqqqqq"), word="hello")


def test_what_people_have_a_right_to_goes_on_while_their_site_is_paused() -> None:
    """R63: the nightly rewrite and copies; whatever else there is rests."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        conversation = make_conversation()
    organisations.suspend_organisation(by=None, organisation=organisation)

    _run("conversations.rewrite", _signed("conversations.rewrite", organisation.schema_name))

    with tenant_context(organisation.tenant):
        conversation.refresh_from_db()
    assert conversation.rewritten_on is not None
    with pytest.raises(NoTenant):
        _run("conversations.count", _signed("conversations.count", organisation.schema_name))


def test_an_unknown_task_is_refused_at_once(in_acme: Tenant) -> None:
    with pytest.raises(tasks.UnknownTask):
        tasks.after_commit("tests.nobody_wrote_this")


def test_a_broker_that_is_away_loses_no_post(in_acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """F4: the task is lost, the post is not, and nobody sees a fault."""
    from kombu.exceptions import OperationalError

    def away(**_unused: object) -> None:
        raise OperationalError

    conversation = make_conversation()
    (alice,) = make_people(conversation)
    monkeypatch.setattr(current_app.tasks["conversations.count_one"], "apply_async", away)

    with transaction.atomic():
        tasks.after_commit("conversations.count_one", conversation=str(conversation.pk))

    assert make_idea(conversation, alice)


@pytest.mark.filterwarnings("ignore")
def test_a_worker_counts_for_the_tenant_that_asked(acme: Organisation, beta: Organisation) -> None:
    """I18: through the broker, with a worker in a thread; nothing happens before the commit."""
    with tenant_context(beta.tenant):
        untouched = make_conversation()
    with tenant_context(acme.tenant):
        conversation = make_conversation()
        make_idea(conversation, make_people(conversation)[0])
    app.control.purge()  # what other tests left for later

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20, loglevel="CRITICAL"):
        with tenant_context(acme.tenant):
            with transaction.atomic():
                tasks.after_commit("conversations.count_one", conversation=str(conversation.pk))
                assert not Tally.objects.filter(stream__conversation=conversation).exists()
            tally = _wait_for(lambda: Tally.objects.filter(stream__conversation=conversation).first())

    assert tally.ideas == 1
    with tenant_context(beta.tenant):
        assert not Tally.objects.filter(stream__conversation=untouched).exists()


def _wait_for(look: Any) -> Any:
    pause = threading.Event()
    for _try in range(200):
        if found := look():
            return found
        pause.wait(0.05)
    raise AssertionError(f"nothing came within 10 seconds, at {time.monotonic()}")
