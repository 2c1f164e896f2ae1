from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def components(request: HttpRequest) -> HttpResponse:
    """The gallery: every component in every state. In demonstrations only."""
    return render(request, "web/gallery.html")
