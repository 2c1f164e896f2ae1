"""Addresses of reports at the console, below one project."""

from django.urls import path

from reporting.documents.views import files, quotes, reports, sections

_PROJECT = "organisations/<uuid:organisation>/projects/<uuid:project>/reports"
_REPORT = f"{_PROJECT}/<uuid:report>"
_SECTION = f"{_REPORT}/sections/<uuid:section>"
_VERSION = f"{_PROJECT}/versions/<uuid:version>"

urlpatterns = [
    path(f"{_PROJECT}/", reports.reports, name="console_reports"),
    path(f"{_PROJECT}/freeze/", reports.freeze, name="console_freeze"),
    path(f"{_PROJECT}/freezing/", reports.freezing_now, name="console_freezing"),
    path(f"{_PROJECT}/files/<str:link>/", files.file, name="console_report_file"),
    path(f"{_VERSION}/progress/", files.progress, name="console_version_progress"),
    path(f"{_VERSION}/withhold/", files.withhold, name="console_version_withhold"),
    path(f"{_VERSION}/<slug:format>/", files.leave, name="console_version_file"),
    path(f"{_REPORT}/", reports.report, name="console_report"),
    path(f"{_REPORT}/publish/", reports.publish, name="console_report_publish"),
    path(f"{_REPORT}/preview/", reports.preview, name="console_report_preview"),
    path(f"{_REPORT}/preview.pdf", reports.preview_pdf, name="console_report_preview_pdf"),
    path(f"{_REPORT}/sections/", sections.add, name="console_report_sections"),
    path(f"{_SECTION}/", sections.section, name="console_report_section"),
    path(f"{_SECTION}/move/", sections.move, name="console_report_section_move"),
    path(f"{_SECTION}/quotes/", quotes.find, name="console_report_quotes"),
    path(f"{_SECTION}/quotes/<uuid:quote>/", quotes.quote, name="console_report_quote"),
]
