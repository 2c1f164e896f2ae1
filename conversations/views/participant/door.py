"""The door: asking for a code, typing it, going out."""

import secrets

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations import auth
from conversations.auth import Asking, ConversationRequest
from conversations.forms import AddressForm, CodeForm
from conversations.permissions import CODES_PER_NETWORK, TRIES_PER_NETWORK
from kernel import limits
from privacy.vault.interface import vault
from privacy.vault.refusals import CodeRefused
from web.network import address_of


@auth.in_conversation
def sign_in(request: ConversationRequest) -> HttpResponse:
    if request.participant is not None:
        return HttpResponseRedirect(_home(request))
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count_by_network(request, "code asked", CODES_PER_NETWORK)
        asking = Asking(address=form.cleaned_data["address"], browser=secrets.token_urlsafe(24))
        vault().send_code(
            conversation=request.conversation.pk, address=asking.address, browser=asking.browser
        )
        response = HttpResponseRedirect(reverse("type_code", args=[request.conversation.slug]))
        auth.start_asking(request, response, asking)
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/sign_in.html", {"form": form}, status=status)


@auth.in_conversation
def type_code(request: ConversationRequest) -> HttpResponse:
    asking = auth.asking_of(request)
    if asking is None:
        return HttpResponseRedirect(reverse("sign_in", args=[request.conversation.slug]))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count_by_network(request, "code tried", TRIES_PER_NETWORK)
        try:
            ticket = vault().redeem(
                conversation=request.conversation.pk,
                address=asking.address,
                code=form.cleaned_data["code"],
                browser=asking.browser,
            )
        except CodeRefused as refusal:
            form.add_error("code", refusal.sentence)
        else:
            response = HttpResponseRedirect(_home(request))
            auth.sign_in(request, response, ticket)
            return response
    status = 422 if request.method == "POST" else 200
    return render(
        request, "conversations/type_code.html", {"form": form, "address": asking.address}, status=status
    )


@require_POST
@auth.in_conversation
def sign_out(request: ConversationRequest) -> HttpResponse:
    # Who hides a page in a hurry lands on the organisation's front page, which tells nothing.
    to_front = request.POST.get("to") == "front"
    response = HttpResponseRedirect(reverse("front") if to_front else _home(request))
    auth.sign_out(request, response)
    return response


def _home(request: ConversationRequest) -> str:
    return reverse("home", args=[request.conversation.slug])


def count_by_network(request: HttpRequest, what: str, rate: str) -> None:
    limits.count(what=what, who=address_of(request), rate=rate, today=timezone.localdate())
