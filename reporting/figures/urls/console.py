"""Group figures at the console."""

from django.urls import URLPattern, path

from reporting.figures.views import console

_PROJECT = "organisations/<uuid:organisation>/projects/<uuid:project>"

urlpatterns: list[URLPattern] = [
    path(f"{_PROJECT}/figures/", console.show, name="group_figures"),
    path(f"{_PROJECT}/figures/release/", console.ask, name="release_group_figures"),
]
