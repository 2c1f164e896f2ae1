from django.urls import path

from privacy.deletion.views import public

urlpatterns = [
    path("verify/", public.verify, name="verify_certificate"),
    path("keys.json", public.keys, name="certificate_keys"),
]
