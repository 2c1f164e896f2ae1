"""Where client users arrive: their conversations in three numbers each."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from reporting.portal.queries import conversations
from tenants.auth import PortalRequest, client_only


@require_GET
@client_only
def overview(request: PortalRequest) -> HttpResponse:
    return render(request, "portal/overview.html", {"lines": conversations.listed(at=timezone.now())})
