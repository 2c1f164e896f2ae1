"""
The page of requests that everybody may open, on the base host. It needs no account and no cookie.

Number and code are typed, and travel in forms alone. Whether an address is known is told by no page.
"""

from pathlib import Path

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from kernel import limits
from kernel.errors import DomainError
from privacy.requests.forms import AskForm, NumberForm, WishForm
from privacy.requests.models import Kind
from privacy.requests.services import asking
from privacy.requests.services.register import day_of
from privacy.requests.views.document import data_of
from privacy.vault.refusals import CodeRefused
from privacy.vault.rights import RequestShown
from web import typeset
from web.network import address_of

_TEMPLATE = Path(__file__).resolve().parents[1] / "texts" / "copy.typ"
# A hospital may share one address on the network; these stop machines.
_ASKED, _TRIED = "60/10minutes", "300/10minutes"


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    return _start(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Register and send a code. The page that answers is the same for every address."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _start(request, ask=form)
    _count(request, "data asked", _ASKED)
    number = asking.ask_online(
        kind=Kind(form.cleaned_data["kind"]),
        address=form.cleaned_data["address"],
        language=get_language() or "en",
        at=timezone.now(),
    )
    return _sent(request, number)


@require_POST
def show(request: HttpRequest) -> HttpResponse:
    form, shown = _shown(request)
    if shown is None:
        return _start(request, known=form)
    return _request_page(request, form, shown)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """What was chosen, with the code that shows who chooses."""
    form, shown = _shown(request)
    if shown is None:
        return _start(request, known=form)
    wish = WishForm(request.POST)
    wish.is_valid()
    said = form.cleaned_data
    try:
        is_done = asking.confirm_online(
            number=said["number"], code=said["code"], wish=wish.wish, at=timezone.now()
        )
    except DomainError as refusal:
        return _request_page(request, form, shown, trouble=refusal.sentence)
    if not is_done:
        return _sent(request, said["number"], is_new=True)
    return _request_page(request, form, asking.show_online(number=said["number"], code=said["code"]))


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """The copy as a file: for machines, or to read."""
    form, shown = _shown(request)
    if shown is None:
        return _start(request, known=form)
    content = asking.copy_online(number=form.cleaned_data["number"], code=form.cleaned_data["code"])
    if request.POST.get("form") != "pdf":
        return _file(content, "application/json; charset=utf-8", "my-data.json")
    made = typeset.pdf(_TEMPLATE, data_of(msgspec.json.decode(content)))
    return _file(made, "application/pdf", "my-data.pdf")


def _shown(request: HttpRequest) -> tuple[NumberForm, RequestShown | None]:
    """The request whose number and code were typed; None, with the reason in the form, where they do not fit."""
    form = NumberForm(request.POST)
    if not form.is_valid():
        return form, None
    _count(request, "data code tried", _TRIED)
    try:
        return form, asking.show_online(**form.cleaned_data)
    except CodeRefused as refusal:
        form.add_error("code", refusal.sentence)
        return form, None


def _start(request: HttpRequest, ask: AskForm | None = None, known: NumberForm | None = None) -> HttpResponse:
    form = ask or known
    errors = {} if form is None else form.errors
    field, sentences = next(iter(errors.items()), ("", [""]))
    context = {
        "typed": {name: request.POST.get(name, "")[:320] for name in ("kind", "address", "number")},
        "errors": {name: found[0] for name, found in errors.items()},
        "field": field,
        "trouble": sentences[0],
    }
    return render(request, "requests/start.html", context, status=422 if errors else 200)


def _sent(request: HttpRequest, number: str, *, is_new: bool = False) -> HttpResponse:
    """A code is on its way: to the address that was given, or to the new one."""
    context = {"number": number, "is_new": is_new, "trouble": None, "field": ""}
    return render(request, "requests/sent.html", context)


def _request_page(
    request: HttpRequest, form: NumberForm, shown: RequestShown, trouble: str = ""
) -> HttpResponse:
    context = {
        "shown": shown,
        "number": form.cleaned_data["number"],
        "code": form.cleaned_data["code"],
        "trouble": trouble,
        "typed": {name: request.POST.get(name, "")[:320] for name in WishForm.base_fields},
        "today": day_of(timezone.now()),
    }
    return render(request, "requests/request.html", context, status=422 if trouble else 200)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _count(request: HttpRequest, what: str, rate: str) -> None:
    limits.count(what=what, who=address_of(request), rate=rate, today=timezone.localdate())
