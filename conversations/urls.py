"""The participant site of an organisation. Everything under one conversation starts with its slug."""

from django.urls import path

from conversations.views.participant import changing, counting, door, pages, searching, while_writing, writing

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
    path("<slug:slug>/search/", searching.search, name="search"),
    path("<slug:slug>/while-writing/", while_writing.idea, name="while_writing"),
    path("<slug:slug>/while-answering/", while_writing.comment, name="while_answering"),
    path("<slug:slug>/counts/", counting.counts, name="counts"),
    path("<slug:slug>/idea/<uuid:idea>/change/", changing.change_idea, name="change_idea"),
    path("<slug:slug>/idea/<uuid:idea>/delete/", changing.delete_idea, name="delete_idea"),
    path("<slug:slug>/comment/<uuid:comment>/change/", changing.change_comment, name="change_comment"),
    path("<slug:slug>/comment/<uuid:comment>/delete/", changing.delete_comment, name="delete_comment"),
    path("<slug:slug>/mine/", pages.mine, name="mine"),
]
