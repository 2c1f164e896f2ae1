"""Everything of client users under `/organisation/`, but for signing in, which is `accounts`'."""

from django.urls import path

from reporting.portal.views import branding, conversation, overview, pages, reports, rosters

_ONE = "conversations/<slug:slug>/"
_IMPORT = f"{_ONE}roster/import/"
urlpatterns = [
    path("", overview.overview, name="account_home"),
    path(_ONE, conversation.taking_part, name="portal_conversation"),
    path(f"{_ONE}themes/", conversation.trending, name="portal_themes"),
    path(f"{_ONE}notices/", conversation.notices, name="portal_notices"),
    path(f"{_ONE}reports/", reports.listed, name="portal_reports"),
    path(f"{_ONE}reports/<uuid:version>/<slug:format>/", reports.report, name="portal_report"),
    path("reports/<str:link>/", reports.file, name="portal_file"),
    path(f"{_ONE}roster/", rosters.roster, name="portal_roster"),
    path(f"{_ONE}roster/upload/", rosters.upload, name="portal_upload"),
    path(_IMPORT, rosters.bringing_in, name="portal_import"),
    path(f"{_IMPORT}columns/", rosters.columns, name="portal_columns"),
    path(f"{_IMPORT}groups/", rosters.groups, name="portal_groups"),
    path(f"{_IMPORT}confirm/", rosters.confirm, name="portal_confirm"),
    path(f"{_IMPORT}discard/", rosters.discard, name="portal_discard"),
    path(f"{_IMPORT}to-put-right.csv", rosters.troubles, name="portal_troubles"),
    path("branding/", branding.branding, name="portal_branding"),
    path("branding/tried/<slug:digest>.png", branding.tried_logo, name="portal_tried_logo"),
    path("pages/", pages.listed, name="portal_pages"),
    path("pages/<slug:code>/<slug:language>/", pages.page, name="portal_page"),
]
