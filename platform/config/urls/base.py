"""
The base host: what belongs to no organisation. Anybody verifies certificates of deletion here, and people
ask for their data, whatever organisation they belong to.

Otherwise it hears the mail service and answers whatever ends TLS, and has more pages in a demonstration only.
"""

from django.conf import settings
from django.urls import include, path

from config import demo_views
from conversations.views.provider import returns
from privacy.datamap import views as datamap
from tenants.views.provider import certificates
from web import views

handler400 = "web.errors.bad_request"
handler404 = "web.errors.not_found"
handler500 = "web.errors.broken"

_demonstration = [
    path("", demo_views.start, name="demo_start"),
    path("outbox/", demo_views.outbox, name="demo_outbox"),
    path("_components/", views.components, name="components"),
]
urlpatterns = [
    path("_language/<slug:language>/", views.choose_language, name="language"),
    path("_tls/may-issue", certificates.may_issue, name="may_issue"),
    path("certificates/", include("privacy.deletion.urls.base")),
    path("", include("privacy.requests.urls.base")),
    path("what-exists/", datamap.what_exists, name="what_exists"),
    path("returned-letters/", returns.returned_letters, name="returned_letters"),
    *(_demonstration if settings.DEMO else []),
]
