"""The participant site of an organisation. Everything under one conversation starts with its slug."""

from django.urls import path

from conversations.views.participant import door, letters, pages, writing

urlpatterns = [
    path("", pages.front, name="front"),
    path("<slug:slug>/", pages.home, name="home"),
    path("<slug:slug>/sign-in/", door.sign_in, name="sign_in"),
    path("<slug:slug>/sign-in/code/", door.type_code, name="type_code"),
    path("<slug:slug>/sign-out/", door.sign_out, name="sign_out"),
    path("<slug:slug>/stop/", letters.stop, name="stop_letters"),
    path("<slug:slug>/stream/<uuid:stream>/", pages.stream, name="stream"),
    path("<slug:slug>/stream/<uuid:stream>/write/", writing.write_idea, name="write_idea"),
    path("<slug:slug>/idea/<uuid:idea>/", pages.idea, name="idea"),
    path("<slug:slug>/idea/<uuid:idea>/comment/", writing.comment, name="comment"),
    path("<slug:slug>/idea/<uuid:idea>/vote/", writing.vote, name="vote"),
    path("<slug:slug>/mine/", pages.mine, name="mine"),
]
