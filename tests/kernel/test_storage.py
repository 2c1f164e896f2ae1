import boto3
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.postgresql.base import NoTenant
from kernel.storage import TenantStorage
from kernel.tenancy import Tenant, tenant_context
from tenants.models import Organisation

FAKE = Tenant(schema_name="t_aaaaaaaaaaaa", organisation=None)  # type: ignore[arg-type]


def test_files_of_two_tenants_have_the_same_name_and_nothing_in_common(
    acme: Organisation, beta: Organisation
) -> None:
    """I23."""
    for organisation in (acme, beta):
        with tenant_context(organisation.tenant):
            assert default_storage.save("report.txt", ContentFile(organisation.slug.encode())) == "report.txt"

    with tenant_context(acme.tenant):
        assert default_storage.open("report.txt").read() == b"acme"
        assert default_storage.listdir("")[1] == ["report.txt"]
        assert default_storage.size("report.txt") == 4
        default_storage.delete("report.txt")
        assert not default_storage.exists("report.txt")
    with tenant_context(beta.tenant):
        assert default_storage.exists("report.txt")
        default_storage.delete("report.txt")


def test_without_a_tenant_there_are_no_files() -> None:
    with pytest.raises(NoTenant):
        default_storage.exists("report.txt")


@pytest.mark.parametrize(
    "name", ["../t_bbbbbbbbbbbb/x", "/etc/passwd", "a/../../x", "a\\..\\x", "x\0y", "..", "a/../.."]
)
def test_a_name_never_leads_out_of_the_tenant(in_acme: Tenant, name: str) -> None:
    """Z6."""
    with pytest.raises(SuspiciousFileOperation):
        default_storage.exists(name)


@settings(max_examples=2000)
@given(st.text(alphabet="./\\ab\0~t_", max_size=20))
def test_any_name_stays_inside_or_is_refused(name: str) -> None:
    """Z6."""
    with tenant_context(FAKE):
        try:
            full = TenantStorage()._full(name)
        except SuspiciousFileOperation:
            return
    assert full == "t_aaaaaaaaaaaa" or full.startswith("t_aaaaaaaaaaaa/")
    assert ".." not in full.split("/")


def test_the_same_over_s3(acme: Organisation, beta: Organisation, s3_endpoint: str) -> None:
    """I23: signed addresses lead to the tenant's own object."""
    boto3.client("s3", endpoint_url=s3_endpoint).create_bucket(Bucket="files")
    s3 = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": "files", "endpoint_url": s3_endpoint, "file_overwrite": False},
    }
    with override_settings(STORAGES={**dict(storages.backends), "files": s3}):
        for organisation in (acme, beta):
            with tenant_context(organisation.tenant):
                storage = TenantStorage()
                storage.save("logo.png", ContentFile(organisation.slug.encode()))
                assert storage.open("logo.png").read() == organisation.slug.encode()
                assert f"/{organisation.schema_name}/logo.png?" in storage.url("logo.png")
                with pytest.raises(SuspiciousFileOperation):
                    storage.url("../other/logo.png")
