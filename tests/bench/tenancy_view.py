"""The same one-query view behind our tenancy and nothing else: what goal G1 compares with the floor."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from conversations.models import Idea  # noqa: E402

settings.MIDDLEWARE = ["tenants.middleware.OrganisationMiddleware"]
settings.ROOT_URLCONF = "tests.bench.tenancy_view"


def one_query(_request: HttpRequest, idea: str) -> JsonResponse:
    text, likes = Idea.objects.values_list("text", "likes").get(pk=idea)
    answer = JsonResponse({"text": text, "likes": likes})
    answer["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("<uuid:idea>/", one_query)]
application = get_wsgi_application()
