"""The mail service tells that letters came back. The address of this stands at its SNS topic."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conversations.services.letters import take_notification
from kernel import limits
from web.network import address_of

_PER_NETWORK = "6000/10minutes"


@csrf_exempt
@require_POST
def returned_letters(request: HttpRequest) -> HttpResponse:
    limits.count(
        what="letters returned", who=address_of(request), rate=_PER_NETWORK, today=timezone.localdate()
    )
    take_notification(request.body, topic=settings.BOUNCE_TOPIC)
    return HttpResponse(status=204)
