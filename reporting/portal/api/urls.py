"""The interface for client users' programs, as far as figures and reports go."""

from django.urls import path

from reporting.portal.api import figures, reports

_ONE = "conversations/<slug:slug>/"
urlpatterns = [
    path(f"{_ONE}participation/", figures.Participation.as_view()),
    path(f"{_ONE}tables/", figures.Tables.as_view()),
    path(f"{_ONE}themes/", figures.Themes.as_view()),
    path(f"{_ONE}notices/", figures.Notices.as_view()),
    path(f"{_ONE}reports/", reports.Reports.as_view()),
    path(f"{_ONE}reports/<uuid:version>/<slug:format>/", reports.ReportFile.as_view()),
]
