import os
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from config.celery import app as celery
from kernel.tenancy import Tenant, default_connection, tenant_context
from privacy.vault import client as vault_client
from privacy.vault.service import application as vault_application
from tenants.models import Organisation
from tests import recorder
from tests.making import make_organisation
from tests.postbox import Postbox, open_postbox

TOKEN = "a-token-of-the-tests"

# What is left for later goes to the broker of the tests, apart from that of another process of theirs.
celery.conf.task_default_queue = f"tests-{os.getpid()}"

recorder.start()


@pytest.fixture(autouse=True)
def _zones_kept() -> Iterator[None]:
    """No test may leave a query behind that touched a zone in a way that is not allowed."""
    recorder.violations.clear()
    yield
    found, recorder.violations[:] = list(recorder.violations), []
    assert not found


@pytest.fixture
def _trespassing(_zones_kept: None) -> Iterator[None]:
    """For attacks: what they touch is meant to be refused by the database, not by the recorder."""
    yield
    recorder.violations.clear()


@pytest.fixture(autouse=True)
def _nowhere() -> Iterator[None]:
    """Every test starts without a tenant, and leaves none behind."""
    yield
    connection = default_connection()
    connection.tenant = None
    connection.go(None)


@pytest.fixture(autouse=True)
def _vault_over_http(request: pytest.FixtureRequest) -> Iterator[None]:
    """The whole suite asks the vault over HTTP, in this process; a test may ask for the direct form."""
    form = getattr(request, "param", "http")
    if form == "direct":
        yield
        return
    vault_client.transports[:] = [httpx.WSGITransport(app=vault_application)]
    with override_settings(VAULT_URL="http://vault", VAULT_TOKEN=TOKEN):
        yield


both_forms = pytest.mark.parametrize("_vault_over_http", ["direct", "http"], indirect=True)


@pytest.fixture(scope="session")
def acme() -> Organisation:
    """One of the two tenants that are always there."""
    return make_organisation("acme")


@pytest.fixture(scope="session")
def beta() -> Organisation:
    return make_organisation("beta", colour="#7a1f5c")


@pytest.fixture(autouse=True)
def _two_tenants(acme: Organisation, beta: Organisation) -> None:
    """The second tenant is never forgotten."""


@pytest.fixture
def in_acme(acme: Organisation) -> Iterator[Tenant]:
    with tenant_context(acme.tenant) as tenant:
        yield tenant


@pytest.fixture
def in_a_new_one(acme: Organisation) -> Iterator[Tenant]:
    """An organisation that holds this test's conversation and no other: for what goes through all of them."""
    with tenant_context(make_organisation().tenant) as tenant:
        yield tenant


@pytest.fixture
def in_beta(beta: Organisation) -> Iterator[Tenant]:
    with tenant_context(beta.tenant) as tenant:
        yield tenant


@pytest.fixture(scope="session", autouse=True)
def _close_connections() -> Iterator[None]:
    yield
    connections.close_all()


def database_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """S3 and KMS over HTTP: moto's server in a thread of this process, on a port of its own."""
    import logging
    import os

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """Mail goes over SMTP to a server of the test's own."""
    with (
        open_postbox() as box,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=box.port,
        ),
    ):
        yield box
