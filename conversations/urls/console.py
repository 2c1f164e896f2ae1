"""The console, as far as conversations go: everything stands under an organisation and one of its projects."""

from django.urls import path

from conversations.views.console import care, duty, identifying, support

_CLIENT = "organisations/<uuid:organisation>"
_PROJECT = f"{_CLIENT}/projects/<uuid:project>"
_POST = f"{_PROJECT}/posts/<str:kind>/<uuid:post>"

urlpatterns = [
    path(f"{_POST}/thread/", care.thread, name="thread"),
    path(f"{_POST}/warn/", care.warn, name="warn"),
    path(f"{_POST}/safeguarding/", care.case, name="safeguarding"),
    path(f"{_POST}/identify/", identifying.identify, name="identify"),
    path(f"{_POST}/identify/decide/", identifying.decide, name="decide_identification"),
    path(f"{_POST}/identify/see/", identifying.see, name="see_identification"),
    path(f"{_PROJECT}/safeguarding/", care.cases, name="safeguarding_cases"),
    path(f"{_PROJECT}/identifications/", identifying.identifications, name="identifications"),
    path(f"{_CLIENT}/duty/", duty.duty_list, name="duty"),
    path(f"{_CLIENT}/support/", support.queue, name="support_queue"),
    path(f"{_CLIENT}/support/<uuid:case>/", support.one, name="support_case"),
    path("support/", support.overview, name="support_overview"),
]
