"""The participant site of an organisation. Everything under one conversation starts with its slug."""

from django.urls import path

from conversations.views.participant import (
    door,
    helping,
    inbox,
    my_data,
    pages,
    password,
    reporting,
    survey,
    writing,
)

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
    path("<slug:slug>/sign-in/password/", password.enter_with_password, name="enter_with_password"),
    path("<slug:slug>/help/", helping.ask_for_help, name="help"),
    path("<slug:slug>/survey/", survey.survey, name="survey"),
    path("<slug:slug>/idea/<uuid:idea>/report/", reporting.report_idea, name="report_idea"),
    path("<slug:slug>/comment/<uuid:comment>/report/", reporting.report_comment, name="report_comment"),
    path("<slug:slug>/mine/", pages.mine, name="mine"),
    path("<slug:slug>/mine/messages/", inbox.inbox, name="inbox"),
    path("<slug:slug>/mine/messages/answer/", inbox.answer, name="answer"),
    path("<slug:slug>/mine/messages/come-forward/", inbox.come_forward, name="come_forward"),
    path("<slug:slug>/my-data/", my_data.my_data, name="my_data"),
    path("<slug:slug>/my-data/download/", my_data.download, name="download"),
    path("<slug:slug>/my-data/password/", password.choose_password, name="choose_password"),
    path("<slug:slug>/my-data/leave/", my_data.leave, name="leave"),
    path("<slug:slug>/left/", my_data.left, name="left"),
]
