"""The console, as far as conversations go: everything stands under an organisation and one of its projects."""

from django.urls import path

from conversations.views.console import checking, describing, listing, preview, projects, texts

_IN_ORGANISATION = "organisations/<uuid:organisation>/"
_IN_PROJECT = f"{_IN_ORGANISATION}projects/<uuid:project>/"
urlpatterns = [
    path(f"{_IN_ORGANISATION}pages/", texts.listed, name="console_pages"),
    path(f"{_IN_ORGANISATION}pages/<slug:code>/<slug:language>/", texts.page, name="console_page"),
    path(f"{_IN_ORGANISATION}projects/new/", projects.new, name="new_project"),
    path(_IN_PROJECT, projects.project, name="console_project"),
    path(f"{_IN_PROJECT}change/", projects.change, name="change_project"),
    path(f"{_IN_PROJECT}checklist/", checking.show, name="console_checklist"),
    path(f"{_IN_PROJECT}checklist/test/", checking.test, name="console_test"),
    path(f"{_IN_PROJECT}checklist/schedule/", checking.schedule, name="console_schedule"),
    path(f"{_IN_PROJECT}describe/", describing.describe, name="console_describe"),
    path(f"{_IN_PROJECT}dates/", describing.dates, name="console_dates"),
    path(f"{_IN_PROJECT}choices/", describing.choices, name="console_choices"),
    path(f"{_IN_PROJECT}questions/", listing.streams, name="console_streams"),
    path(f"{_IN_PROJECT}areas/", listing.areas, name="console_areas"),
    path(f"{_IN_PROJECT}before-access/", listing.survey, name="console_survey"),
    path(f"{_IN_PROJECT}preview/", preview.home, name="console_preview"),
    path(f"{_IN_PROJECT}preview/question/<uuid:stream>/", preview.stream, name="console_preview_stream"),
    path(f"{_IN_PROJECT}preview/about/<slug:code>/", preview.about, name="console_preview_about"),
]
