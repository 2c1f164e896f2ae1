"""The console, as far as conversations go: almost everything stands under an organisation and one of its projects."""

from django.urls import URLPattern, path

from conversations.views.console import (
    announcing,
    checking,
    describing,
    keying,
    listing,
    operations,
    piles,
    posts,
    preview,
    projects,
    rosters,
    texts,
)

_ORGANISATION = "organisations/<uuid:organisation>"
_PROJECT = f"{_ORGANISATION}/projects/<uuid:project>"
_PILE = f"{_PROJECT}/paper/<uuid:batch>"

urlpatterns: list[URLPattern] = [
    path(f"{_ORGANISATION}/pages/", texts.listed, name="console_pages"),
    path(f"{_ORGANISATION}/pages/<slug:code>/<slug:language>/", texts.page, name="console_page"),
    path(f"{_ORGANISATION}/projects/new/", projects.new, name="new_project"),
    path(f"{_PROJECT}/", projects.project, name="console_project"),
    path(f"{_PROJECT}/change/", projects.change, name="change_project"),
    path(f"{_PROJECT}/checklist/", checking.show, name="console_checklist"),
    path(f"{_PROJECT}/checklist/test/", checking.test, name="console_test"),
    path(f"{_PROJECT}/checklist/schedule/", checking.schedule, name="console_schedule"),
    path(f"{_PROJECT}/describe/", describing.describe, name="console_describe"),
    path(f"{_PROJECT}/dates/", describing.dates, name="console_dates"),
    path(f"{_PROJECT}/choices/", describing.choices, name="console_choices"),
    path(f"{_PROJECT}/questions/", listing.streams, name="console_streams"),
    path(f"{_PROJECT}/areas/", listing.areas, name="console_areas"),
    path(f"{_PROJECT}/before-access/", listing.survey, name="console_survey"),
    path(f"{_PROJECT}/preview/", preview.home, name="console_preview"),
    path(f"{_PROJECT}/preview/question/<uuid:stream>/", preview.stream, name="console_preview_stream"),
    path(f"{_PROJECT}/preview/about/<slug:code>/", preview.about, name="console_preview_about"),
    path("operations/", operations.overview, name="operations"),
    path("operations/jobs/<uuid:job>/retry/", operations.retry, name="retry_job"),
    path(f"{_PROJECT}/posts/", posts.posts, name="console_posts"),
    path(f"{_PROJECT}/posts/answer/<uuid:idea>/", posts.answer, name="console_answer"),
    path(f"{_PROJECT}/posts/<slug:kind>/<uuid:post>/", posts.edit, name="console_post"),
    path(f"{_PROJECT}/posts/<slug:kind>/<uuid:post>/change/", posts.change, name="console_post_change"),
    path(f"{_PROJECT}/announcements/", announcing.announcements, name="console_announcements"),
    path(
        f"{_PROJECT}/announcements/<uuid:announcement>/", announcing.announcement, name="console_announcement"
    ),
    path(f"{_PROJECT}/stages/", announcing.all_stages, name="console_stages"),
    path(f"{_PROJECT}/stages/<uuid:stream>/", announcing.set_stage, name="console_stage"),
    path(f"{_PROJECT}/paper/", piles.all_piles, name="console_paper"),
    path(f"{_PILE}/", piles.pile, name="console_pile"),
    path(f"{_PILE}/change/", piles.change, name="console_pile_change"),
    path(f"{_PILE}/keying/", keying.key, name="console_keying"),
    path(f"{_PILE}/checking/", keying.check, name="console_checking"),
    path(f"{_PILE}/upload/", keying.upload, name="console_upload"),
    path(f"{_PROJECT}/roster/", rosters.roster, name="roster"),
    path(f"{_PROJECT}/roster/upload/", rosters.upload, name="roster_upload"),
    path(f"{_PROJECT}/roster/resend/", rosters.resend, name="roster_resend"),
    path(f"{_PROJECT}/roster/import/", rosters.bringing_in, name="roster_import"),
    path(f"{_PROJECT}/roster/import/columns/", rosters.columns, name="roster_columns"),
    path(f"{_PROJECT}/roster/import/groups/", rosters.groups, name="roster_groups"),
    path(f"{_PROJECT}/roster/import/confirm/", rosters.confirm, name="roster_confirm"),
    path(f"{_PROJECT}/roster/import/discard/", rosters.discard, name="roster_discard"),
    path(f"{_PROJECT}/roster/import/to-put-right.csv", rosters.troubles, name="roster_troubles"),
]
