"""The participant site of an organisation. Everything under one conversation starts with its slug."""

from django.urls import path

from conversations.views.participant import about, door, pages, paper, writing

urlpatterns = [
    path("", pages.front, name="front"),
    path("<slug:slug>/", pages.home, name="home"),
    path("<slug:slug>/sign-in/", door.sign_in, name="sign_in"),
    path("<slug:slug>/sign-in/code/", door.type_code, name="type_code"),
    path("<slug:slug>/sign-out/", door.sign_out, name="sign_out"),
    path("<slug:slug>/stream/<uuid:stream>/", pages.stream, name="stream"),
    path("<slug:slug>/stream/<uuid:stream>/write/", writing.write_idea, name="write_idea"),
    path("<slug:slug>/idea/<uuid:idea>/", pages.idea, name="idea"),
    path("<slug:slug>/idea/<uuid:idea>/comment/", writing.comment, name="comment"),
    path("<slug:slug>/idea/<uuid:idea>/vote/", writing.vote, name="vote"),
    path("<slug:slug>/about/<slug:code>/", about.about, name="about"),
    path("<slug:slug>/paper-form.pdf", paper.paper_form, name="paper_form"),
    path("<slug:slug>/mine/", pages.mine, name="mine"),
]
