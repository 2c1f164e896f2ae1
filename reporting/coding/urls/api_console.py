"""The interface of the console, as far as coding goes."""

from django.urls import path

from reporting.coding import api

_CODING = "organisations/<uuid:organisation>/projects/<uuid:project>/coding/"
urlpatterns = [
    path(f"{_CODING}frame/", api.Frame.as_view()),
    path(f"{_CODING}progress/", api.Progress.as_view()),
    path(f"{_CODING}posts/", api.Desk.as_view()),
    path(f"{_CODING}posts/<uuid:post>/", api.OnePost.as_view()),
    path(f"{_CODING}posts/<uuid:post>/undo/", api.TakeBack.as_view()),
]
