from django.urls import path

from privacy.requests.views import console

_ONE = "requests/<slug:number>/"
urlpatterns = [
    path("requests/", console.listed, name="data_requests"),
    path("requests/new/", console.new, name="new_data_request"),
    path(_ONE, console.one, name="data_request"),
    path(f"{_ONE}change/", console.change, name="change_data_request"),
]
