"""The console, as far as conversations go: everything stands under an organisation and one of its projects."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
