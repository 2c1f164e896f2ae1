from django.urls import path

from privacy.requests import api

_ONE = "requests/<slug:number>/"
urlpatterns = [
    path("requests/", api.Register.as_view()),
    path(_ONE, api.One.as_view()),
    path(f"{_ONE}pause/", api.Pause.as_view()),
    path(f"{_ONE}resume/", api.Resume.as_view()),
    path(f"{_ONE}extend/", api.Extend.as_view()),
    path(f"{_ONE}refuse/", api.Refuse.as_view()),
]
