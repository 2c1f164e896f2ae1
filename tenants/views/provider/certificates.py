"""For whatever ends TLS: which names may have a certificate."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel import limits
from kernel.errors import NotFound
from tenants.queries.domains import may_have_certificate
from web.network import address_of

# A proxy asks once for each name it does not know. Somebody who tries names is stopped; nobody is named.
_ASKED = "300/minute"


@require_safe
def may_issue(request: HttpRequest) -> HttpResponse:
    """200 for a name at which somebody of ours answers. Raises NotFound for any other, TooMany."""
    limits.count(what="certificate", who=address_of(request), rate=_ASKED, today=timezone.now().date())
    if not may_have_certificate(request.GET.get("domain", "")[:300]):
        raise NotFound
    return HttpResponse("yes", content_type="text/plain")
