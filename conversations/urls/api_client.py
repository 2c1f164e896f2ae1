"""The interface for client users' programs, as far as conversations go."""

from django.urls import path

from conversations.api.client import conversations, rosters

_ROSTER = "conversations/<slug:slug>/roster/"
_IMPORT = f"{_ROSTER}import/"
urlpatterns = [
    path("conversations/", conversations.Conversations.as_view()),
    path(_ROSTER, conversations.Roster.as_view()),
    path(f"{_ROSTER}file/", rosters.RosterFile.as_view()),
    path(_IMPORT, rosters.Import.as_view()),
    path(f"{_IMPORT}columns/", rosters.Columns.as_view()),
    path(f"{_IMPORT}groups/merge/", rosters.Merge.as_view()),
    path(f"{_IMPORT}groups/separate/", rosters.Separate.as_view()),
    path(f"{_IMPORT}start/", rosters.Start.as_view()),
    path(f"{_IMPORT}troubles/", rosters.Troubles.as_view()),
]
