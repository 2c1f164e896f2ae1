"""Where somebody is signed in, and out of everywhere else."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts import places
from accounts.models import Account


@login_required
def signed_in_places(request: HttpRequest) -> HttpResponse:
    """Ending the others asks for the second factor again."""
    assert isinstance(request.user, Account)  # noqa: S101  (nobody else is signed in)
    account = request.user.id
    if request.method == "POST":
        if not did_recently_reauthenticate(request):
            raise ReauthenticationRequired
        places.end_places(account, but=request.session.session_key)
        return HttpResponseRedirect(reverse("usersessions_list"))
    context = {"places": places.places_of(request, account)}
    return render(request, "usersessions/usersession_list.html", context)
