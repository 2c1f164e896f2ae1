"""The front page and outbox of a demonstration. Neither exists anywhere else."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.messages import letters
from tenants import queries


def start(request: HttpRequest) -> HttpResponse:
    port = settings.BASE_DOMAIN.partition(":")[2]
    sites = [
        (found.name, f"http://{queries.primary_host(found.tenant)}:{port}/")
        for found in queries.organisations()
    ]
    return render(
        request,
        "config/demo_start.html",
        {"sites": sites, "console": f"http://console.{settings.BASE_DOMAIN}/"},
    )


def outbox(request: HttpRequest) -> HttpResponse:
    return render(request, "config/demo_outbox.html", {"letters": letters()[:50]})
