"""Coding at the console: everything stands under an organisation and one of its projects."""

from django.urls import URLPattern, path

from reporting.coding.views import desk, exchange, frame, review, search

_CODING = "organisations/<uuid:organisation>/projects/<uuid:project>/coding"

urlpatterns: list[URLPattern] = [
    path(f"{_CODING}/", desk.listed, name="coding_desk"),
    path(f"{_CODING}/posts/<uuid:post>/", desk.post, name="coding_post"),
    path(f"{_CODING}/posts/<uuid:post>/undo/", desk.undo, name="coding_undo"),
    path(f"{_CODING}/posts/<uuid:post>/quote/", desk.quote, name="coding_quote"),
    path(f"{_CODING}/frame/", frame.tree, name="coding_frame"),
    path(f"{_CODING}/frame/publish/", frame.publish, name="coding_publish"),
    path(f"{_CODING}/frame/history/", frame.history, name="coding_history"),
    path(f"{_CODING}/frame/versions/<int:number>/", frame.version, name="coding_version"),
    path(f"{_CODING}/frame/<uuid:code>/", frame.code, name="coding_code"),
    path(f"{_CODING}/progress/", review.progress, name="coding_progress"),
    path(f"{_CODING}/progress/suggest/", review.suggest, name="coding_suggest"),
    path(f"{_CODING}/agreement/", review.agreement, name="coding_agreement"),
    path(f"{_CODING}/agreement/blind/", review.blind, name="coding_blind"),
    path(f"{_CODING}/disagreements/", review.disagreements, name="coding_disagreements"),
    path(f"{_CODING}/disagreements/<uuid:post>/", review.disagreement, name="coding_disagreement"),
    path(f"{_CODING}/search/", search.search, name="coding_search"),
    path(f"{_CODING}/exchange/", exchange.exchange, name="coding_exchange"),
    path(f"{_CODING}/exchange/export/", exchange.export, name="coding_export"),
]
