"""The database wrapper: one place for each query, verified, or no query."""

import threading

import psycopg
import pytest
from django.db import connection, transaction

from conversations.models import Conversation
from kernel.postgresql.base import CONTROL_PLANE, DatabaseWrapper, NoTenant, Place, WrongPlace
from kernel.tenancy import (
    Tenant,
    control_plane,
    current_tenant,
    default_connection,
    enter,
    leave,
    login_as,
    tenant_context,
)
from tenants.models import Organisation
from tests.making import make_conversation


def _stands() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('search_path')")
        found: tuple[str, str] = cursor.fetchone()
        return found


def test_role_and_path_are_the_tenants(in_acme: Tenant) -> None:
    assert _stands() == (in_acme.schema_name, f'"{in_acme.schema_name}", "extensions"')


def test_without_a_tenant_there_is_no_query() -> None:
    """I17: forgetting it is an exception, not `public`."""
    with pytest.raises(NoTenant):
        Conversation.objects.count()
    with pytest.raises(NoTenant):
        current_tenant()


def test_a_new_thread_has_no_tenant(in_acme: Tenant) -> None:
    """I17."""
    outcome: list[Exception] = []

    def work() -> None:
        try:
            Conversation.objects.count()
        except NoTenant as reason:
            outcome.append(reason)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert len(outcome) == 1


def test_the_control_plane_is_a_step_there_and_back(in_acme: Tenant) -> None:
    with transaction.atomic():
        with control_plane():
            assert _stands()[0] == "control"
            assert Organisation.objects.filter(pk=in_acme.organisation).exists()
        assert _stands()[0] == in_acme.schema_name


def test_a_rollback_inside_the_control_plane_leads_back(in_acme: Tenant) -> None:
    """I12."""
    with pytest.raises(RuntimeError, match="boom"), transaction.atomic():
        Conversation.objects.count()
        with control_plane():
            Organisation.objects.count()
            raise RuntimeError("boom")

    assert _stands()[0] == in_acme.schema_name


def test_a_savepoint_rolled_back_after_a_switch_leads_back(acme: Organisation, beta: Organisation) -> None:
    """I12."""
    with tenant_context(acme.tenant), transaction.atomic():
        assert _stands()[0] == acme.schema_name
        with pytest.raises(RuntimeError, match="boom"), transaction.atomic(), tenant_context(beta.tenant):
            assert _stands()[0] == beta.schema_name
            raise RuntimeError("boom")
        assert _stands()[0] == acme.schema_name


def test_an_exception_between_two_contexts_leads_back(acme: Organisation, beta: Organisation) -> None:
    """I13."""
    with tenant_context(acme.tenant):
        with pytest.raises(RuntimeError, match="boom"), tenant_context(beta.tenant):
            raise RuntimeError("boom")
        assert _stands()[0] == acme.schema_name


def test_an_unknown_schema_raises_and_nothing_falls_through(in_acme: Tenant) -> None:
    """I26."""
    nowhere = Tenant(schema_name="t_qqqqqqqqqqqq", organisation=in_acme.organisation)

    with tenant_context(nowhere), pytest.raises(Exception, match="does not exist"):
        Conversation.objects.count()

    assert _stands()[0] == in_acme.schema_name


@pytest.mark.parametrize("name", ["public", "pg_catalog", "T_ABCDEFGHIJKL", 't_a"b', "t_" + "a" * 80])
def test_a_strange_schema_name_is_no_tenant(in_acme: Tenant, name: str) -> None:
    """I27."""
    with (
        tenant_context(Tenant(schema_name=name, organisation=in_acme.organisation)),
        pytest.raises(Exception, match="does not exist|invalid|permission denied|syntax|place"),
    ):
        Conversation.objects.count()


def test_with_organisation_is_refused(acme: Organisation) -> None:
    """I13: django-tenants keeps its stack of `with tenant` for all threads together."""
    with pytest.raises(RuntimeError, match="tenant_context"), acme:
        pass


def test_a_second_statement_is_refused(in_acme: Tenant) -> None:
    """I9: with parameters and without."""
    for statement, values in (
        ("SELECT 1; SELECT 2", None),
        ("SELECT 1; RESET ROLE", []),
        ("SELECT %s; SELECT 2", [1]),
    ):
        with pytest.raises(Exception, match="multiple commands"), connection.cursor() as cursor:
            cursor.execute(statement, values)


@pytest.mark.parametrize(
    "injected",
    [
        "SELECT set_config('role', 'none', false)",
        "SELECT set_config('search_path', 'public', false)",
    ],
)
def test_an_injected_expression_that_moves_the_connection_is_found(acme: Organisation, injected: str) -> None:
    """I9: the accepted residual of decision 004 is noticed at the end of the request."""
    enter(acme.tenant)
    Conversation.objects.count()
    raw = default_connection().connection
    with connection.cursor() as cursor:
        cursor.execute(injected)

    leave()
    default_connection().settle()

    assert raw.closed
    with tenant_context(acme.tenant):
        assert _stands()[0] == acme.schema_name


def test_leaving_as_one_came_keeps_the_connection(acme: Organisation) -> None:
    enter(acme.tenant)
    Conversation.objects.count()
    raw = default_connection().connection

    leave()

    assert not raw.closed
    assert default_connection().place is None


def test_leaving_in_the_middle_of_a_transaction_drops_the_connection(acme: Organisation) -> None:
    enter(acme.tenant)
    wrapper = default_connection()
    wrapper.set_autocommit(False)
    Conversation.objects.count()
    raw = wrapper.connection
    raw.execute("SELECT 1")
    with pytest.raises(psycopg.Error):
        raw.execute("SELECT 1/0")

    leave()
    default_connection().settle()

    assert raw.closed


def test_a_thousand_alternating_requests_on_one_connection(acme: Organisation, beta: Organisation) -> None:
    """I15: a kept connection never brings the previous tenant along."""
    with tenant_context(acme.tenant):
        ours = make_conversation().slug
    for _round in range(500):
        for organisation in (acme, beta):
            enter(organisation.tenant)
            try:
                assert _stands()[0] == organisation.schema_name
                assert Conversation.objects.filter(slug=ours).exists() is (organisation is acme)
            finally:
                leave()


def test_a_connection_that_saw_many_places_is_replaced(
    acme: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal G8: what a connection remembers of each schema stays bounded."""
    from kernel.postgresql import base

    monkeypatch.setattr(base, "PLACES_PER_CONNECTION", 0)
    enter(acme.tenant)
    Conversation.objects.count()

    leave()

    assert default_connection().connection is None


def test_a_connection_the_server_closed_is_noticed_without_asking(acme: Organisation) -> None:
    """F5: a restart of the database costs a reconnect, not an error."""
    with tenant_context(acme.tenant):
        Conversation.objects.count()
        wrapper = default_connection()
        wrapper.close_at = None
        with _as_admin() as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [wrapper.connection.info.backend_pid])
        wrapper.health_check_enabled, wrapper.health_check_done = True, False

        assert Conversation.objects.count() >= 0


def test_a_login_of_the_tenants_own_cannot_become_another(acme: Organisation, beta: Organisation) -> None:
    """I9, I10: the stronger wall around imports and exports."""
    with login_as(acme.tenant):
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            assert cursor.fetchone() == (acme.schema_name,)
        with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [beta.schema_name])
        with pytest.raises(Exception, match="permission denied"), control_plane():
            Organisation.objects.count()

    with tenant_context(acme.tenant), connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("web",)


def test_a_login_does_not_change_inside_a_transaction(in_acme: Tenant) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"), login_as(in_acme):
        pass


def test_a_server_that_lies_about_the_place_is_not_believed(
    acme: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of the statement is compared, so a setting that silently did not take is found."""
    from kernel.postgresql import base

    default_connection().close()
    monkeypatch.setattr(base, "_GO", base._GO.replace("set_config('role', %s, false)", "%s::text"))

    with tenant_context(acme.tenant), pytest.raises(WrongPlace):
        Conversation.objects.count()


def test_a_pooler_in_transaction_mode_would_be_refused(acme: Organisation) -> None:
    """I16: such a pooler hands each transaction another server connection, whose place is another."""
    wrapper = default_connection()
    with tenant_context(acme.tenant):
        Conversation.objects.count()
        wrapper.connection.execute("RESET ALL")
        wrapper.connection.execute("RESET ROLE")
        wrapper._touched = True
        raw = wrapper.connection

        leave()
        default_connection().settle()

    assert raw.closed


def test_places_are_quoted() -> None:
    assert Place(role="t_x", schema="t_x").path == '"t_x", "extensions"'
    assert CONTROL_PLANE.path == '"public", "extensions"'
    assert isinstance(default_connection(), DatabaseWrapper)


def _as_admin() -> psycopg.Connection:
    from tests.conftest import database_name
    from tests.machinery import admin_url

    return psycopg.connect(admin_url("conversation", database_name()), autocommit=True)
