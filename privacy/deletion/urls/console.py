from django.urls import path

from privacy.deletion.views import console

_ONE = "deletions/<uuid:project>/"
urlpatterns = [
    path("deletions/", console.deletions, name="deletions"),
    path(_ONE, console.deletion, name="deletion"),
    path(f"{_ONE}<slug:kind>-certificate.json", console.certificate_file, name="certificate_file"),
    path(f"{_ONE}<slug:kind>-certificate.pdf", console.certificate_pdf, name="certificate_pdf"),
]
