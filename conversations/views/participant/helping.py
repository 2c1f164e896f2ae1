"""Not received my details: a call for help that tells nobody whether an address is known."""

from django.http import HttpResponse
from django.shortcuts import render

from conversations import auth
from conversations.auth import ConversationRequest
from conversations.forms import HelpForm
from conversations.views.participant.door import count_by_network
from privacy.vault.interface import vault

_CALLS_PER_NETWORK = "60/10minutes"


@auth.in_conversation
def ask_for_help(request: ConversationRequest) -> HttpResponse:
    form = HelpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count_by_network(request, "help asked", _CALLS_PER_NETWORK)
        vault().support(
            conversation=request.conversation.pk,
            text=form.cleaned_data["text"],
            contact=form.cleaned_data["contact"],
        )
        return render(request, "conversations/help_asked.html", {"contact": form.cleaned_data["contact"]})
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/help.html", {"form": form}, status=status)
