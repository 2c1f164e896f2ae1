"""Findings at the console."""

from django.urls import URLPattern, path

from reporting.findings.views import groups, themes

_FINDINGS = "organisations/<uuid:organisation>/projects/<uuid:project>/findings"

urlpatterns: list[URLPattern] = [
    path(f"{_FINDINGS}/", themes.overview, name="findings"),
    path(f"{_FINDINGS}/themes/<uuid:code>/", themes.theme, name="findings_theme"),
    path(f"{_FINDINGS}/ranking/", themes.ranking, name="findings_ranking"),
    path(f"{_FINDINGS}/groups/", groups.groups, name="findings_groups"),
    path(f"{_FINDINGS}/groups/find/", groups.find, name="find_groups"),
]
