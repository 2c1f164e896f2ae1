"""The interface for participants' programs. Everything about one conversation stands under its slug."""

from django.urls import path

from conversations.api.participant import door, own, reacting, reading

_ONE = "conversations/<slug:slug>/"
_IDEA = f"{_ONE}ideas/<uuid:idea>/"
urlpatterns = [
    path("conversations/", door.Conversations.as_view()),
    path(_ONE, door.OneConversation.as_view()),
    path(f"{_ONE}sign-in/", door.SignIn.as_view()),
    path(f"{_ONE}sign-in/code/", door.SignInCode.as_view()),
    path(f"{_ONE}token/", door.OwnToken.as_view()),
    path(f"{_ONE}survey/", door.Survey.as_view()),
    path(f"{_ONE}streams/", reading.Streams.as_view()),
    path(f"{_ONE}streams/<uuid:stream>/ideas/", reading.Ideas.as_view()),
    path(f"{_ONE}search/", reading.Search.as_view()),
    path(_IDEA, reading.OneIdea.as_view()),
    path(f"{_IDEA}comments/", reading.Comments.as_view()),
    path(f"{_IDEA}vote/", reacting.Vote.as_view()),
    path(f"{_IDEA}report/", reacting.ReportIdea.as_view()),
    path(f"{_ONE}comments/<uuid:comment>/report/", reacting.ReportComment.as_view()),
    path(f"{_ONE}mine/", own.Mine.as_view()),
    path(f"{_ONE}mine/change/", own.Change.as_view()),
    path(f"{_ONE}mine/delete/", own.Delete.as_view()),
    path(f"{_ONE}messages/", own.Inbox.as_view()),
    path(f"{_ONE}messages/answer/", own.Answer.as_view()),
    path(f"{_ONE}messages/come-forward/", own.ComeForward.as_view()),
]
