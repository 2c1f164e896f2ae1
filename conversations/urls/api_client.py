"""The interface for client users' programs, as far as conversations go."""

from django.urls import path

from conversations.api.client import conversations

urlpatterns = [
    path("conversations/", conversations.Conversations.as_view()),
    path("conversations/<slug:slug>/roster/", conversations.Roster.as_view()),
]
