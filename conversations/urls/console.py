"""The console, as far as conversations go: everything stands under an organisation and one of its projects."""

from django.urls import path

from conversations.views.console import rosters

_PROJECT = "organisations/<uuid:organisation>/projects/<uuid:project>/"

urlpatterns = [
    path(f"{_PROJECT}roster/", rosters.roster, name="roster"),
    path(f"{_PROJECT}roster/upload/", rosters.upload, name="roster_upload"),
    path(f"{_PROJECT}roster/resend/", rosters.resend, name="roster_resend"),
    path(f"{_PROJECT}roster/import/", rosters.bringing_in, name="roster_import"),
    path(f"{_PROJECT}roster/import/columns/", rosters.columns, name="roster_columns"),
    path(f"{_PROJECT}roster/import/groups/", rosters.groups, name="roster_groups"),
    path(f"{_PROJECT}roster/import/confirm/", rosters.confirm, name="roster_confirm"),
    path(f"{_PROJECT}roster/import/discard/", rosters.discard, name="roster_discard"),
    path(f"{_PROJECT}roster/import/to-put-right.csv", rosters.troubles, name="roster_troubles"),
]
