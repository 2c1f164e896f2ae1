"""Coming in with a password, and choosing one. Who forgot theirs comes in with a code and chooses another."""

import secrets

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from conversations import auth
from conversations.auth import ConversationRequest, ParticipantRequest
from conversations.forms import NewPasswordForm, PasswordForm
from conversations.permissions import TRIES_PER_NETWORK
from conversations.views.participant.door import count_by_network
from privacy import anonymity
from privacy.vault.interface import vault
from privacy.vault.refusals import PasswordRefused, PasswordTooEasy, PasswordTooShort


@auth.in_conversation
def enter_with_password(request: ConversationRequest) -> HttpResponse:
    home = reverse("home", args=[request.conversation.slug])
    if request.participant is not None:
        return HttpResponseRedirect(home)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count_by_network(request, "password tried", TRIES_PER_NETWORK)
        try:
            ticket = vault().enter(
                conversation=request.conversation.pk,
                address=form.cleaned_data["address"],
                password=form.cleaned_data["password"],
                browser=secrets.token_urlsafe(24),
            )
        except PasswordRefused as refusal:
            form.add_error("password", refusal.sentence)
        else:
            response = HttpResponseRedirect(home)
            auth.sign_in(request, response, ticket)
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/enter_with_password.html", {"form": form}, status=status)


@auth.signed_in
@auth.newly_signed_in
def choose_password(request: ParticipantRequest) -> HttpResponse:
    """The sign-in before stands for the old password: many come with a code because they forgot it."""
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            vault().set_password(
                conversation=request.conversation.pk,
                proof=anonymity.prove(request.participant.ticket, "set_password"),
                password=form.cleaned_data["password"],
            )
        except (PasswordTooShort, PasswordTooEasy) as refusal:
            form.add_error("password", refusal.sentence)
        else:
            return HttpResponseRedirect(f"{reverse('my_data', args=[request.conversation.slug])}?password=1")
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/choose_password.html", {"form": form}, status=status)
