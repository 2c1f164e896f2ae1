"""Whoever has a certificate can ask whether it is ours. No account, and nothing is kept of what they bring."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from privacy.deletion.services import verifying


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    verdict, pasted = None, ""
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        pasted = request.POST.get("certificate", "")
        content = uploaded.read(verifying.MOST_BYTES + 1) if uploaded else pasted.encode()
        verdict = verifying.verify(content, verifying.published())
    status = 200 if verdict is None or verdict.is_genuine else 422
    context = {"verdict": verdict, "pasted": pasted}
    return render(request, "deletion/verify.html", context, status=status)


@require_GET
def keys(_request: HttpRequest) -> HttpResponse:
    """Every key that ever signed. Anybody may ask, from any site: there is nothing in it to hide."""
    return JsonResponse(
        verifying.as_json(verifying.published()),
        json_dumps_params={"indent": 2},
        headers={"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"},
    )
