"""Where mailings are stopped: one field, one press, for everybody the same."""

from django.http import HttpResponse
from django.shortcuts import render

from conversations import auth
from conversations.auth import ConversationRequest
from conversations.forms import AddressForm
from conversations.views.participant.door import count_by_network
from privacy.vault.interface import vault

# A whole hospital may share one address on the network; this only stops machines.
_STOPPED_PER_NETWORK = "3000/10minutes"


@auth.in_conversation
def stop(request: ConversationRequest) -> HttpResponse:
    """Needs no sign-in: the mail that leads here carries nothing that tells who got it."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count_by_network(request, "letters stopped", _STOPPED_PER_NETWORK)
        address = form.cleaned_data["address"]
        vault().stop_letters(conversation=request.conversation.pk, address=address)
        return render(request, "conversations/letters_stopped.html", {"address": address})
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/stop_letters.html", {"form": form}, status=status)
