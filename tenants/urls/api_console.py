"""The interface of the console, as far as the platform and its organisations go."""

from django.urls import path

from tenants.api import accounts, organisations

urlpatterns = [
    path("token/", accounts.OwnToken.as_view()),
    path("organisations/", organisations.Organisations.as_view()),
    path("organisations/<uuid:organisation>/", organisations.OneOrganisation.as_view()),
    path("jobs/<uuid:job>/", organisations.OneJob.as_view()),
]
