"""Where client users arrive: their conversations in three numbers each, and nothing about anybody."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from conversations.queries import conversations
from tenants.auth import AccountRequest, client_only


@require_GET
@client_only
def home(request: AccountRequest) -> HttpResponse:
    context = {"lines": conversations.with_totals(), "now": timezone.now(), "is_client_page": True}
    return render(request, "conversations/client/home.html", context)
