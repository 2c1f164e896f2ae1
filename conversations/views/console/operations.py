"""The whole service at a glance. For operators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import operations as found
from conversations.services import operations
from privacy.vault.refusals import UnknownJob, VaultDown
from tenants.auth import StaffRequest, staff_only
from tenants.models import Role


@require_GET
@staff_only(Role.OPERATOR)
def overview(request: StaffRequest) -> HttpResponse:
    return _page(request)


@require_POST
@staff_only(Role.OPERATOR)
def retry(request: StaffRequest, job: UUID) -> HttpResponse:
    try:
        operations.retry_vault_job(job=job, by=request.staff)
    except UnknownJob:
        return _page(
            request,
            trouble="This job cannot be tried again: it is done, runs already, or its file is gone. Upload that anew.",
            status=404,
        )
    except VaultDown:
        return _page(request, trouble="The vault does not answer, so nothing was tried again.", status=503)
    messages.info(request, "The job waits for the vault's runner again.")
    return HttpResponseRedirect(reverse("operations"))


def _page(request: StaffRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    all_of_it = found.operations(at=now)
    standing = all_of_it.vault.found
    context = {
        "operations": all_of_it,
        "names": all_of_it.organisations.found.names if all_of_it.organisations.found else {},
        "is_runner_late": standing is not None and found.is_runner_late(standing, at=now),
        "now": now,
        "trouble": trouble,
    }
    return render(request, "conversations/console/operations.html", context, status=status)
