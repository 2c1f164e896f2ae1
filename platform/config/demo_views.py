"""The front page and outbox of a demonstration. Neither exists anywhere else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.addresses import on_console, on_host
from kernel.messages import letters
from tenants import queries


def start(request: HttpRequest) -> HttpResponse:
    sites = [(found.name, on_host(queries.primary_host(found.tenant))) for found in queries.organisations()]
    return render(
        request,
        "config/demo_start.html",
        {"sites": sites, "console": on_console()},
    )


def outbox(request: HttpRequest) -> HttpResponse:
    return render(request, "config/demo_outbox.html", {"letters": letters()[:50]})
