"""The floor of pages: a Django view with one indexed query, no tenancy, no session, no template."""

import os
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

_PARTS: dict[str, Any] = conninfo_to_dict(os.environ["FLOOR_DATABASE_URL"])
settings.configure(
    SECRET_KEY="floor",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="tests.bench.floor",
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _PARTS["dbname"],
            "USER": _PARTS["user"],
            "HOST": _PARTS["host"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "options": f"-c search_path={os.environ['FLOOR_SCHEMA']}",
                "server_side_binding": True,
            },
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Idea(models.Model):
    objects: models.Manager["Idea"] = models.Manager()

    id = models.UUIDField(primary_key=True)
    text = models.TextField()
    likes = models.IntegerField()

    class Meta:
        app_label = "floor"
        db_table = "conversations_idea"

    def __str__(self) -> str:
        return self.text


def one_query(_request: HttpRequest, idea: str) -> JsonResponse:
    text, likes = Idea.objects.values_list("text", "likes").get(pk=idea)
    answer = JsonResponse({"text": text, "likes": likes})
    answer["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("<uuid:idea>/", one_query)]
application = get_wsgi_application()
