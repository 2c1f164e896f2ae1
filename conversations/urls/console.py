"""The console, as far as conversations go: everything stands under an organisation and one of its projects."""

from django.urls import URLPattern, path

from conversations.views.console import acting, queue, several, shift

_QUEUE = "organisations/<uuid:organisation>/projects/<uuid:project>/queue/"

urlpatterns: list[URLPattern] = [
    path(_QUEUE, queue.queue, name="console_queue"),
    path(f"{_QUEUE}undo/", queue.undo, name="console_undo"),
    path(f"{_QUEUE}several/", several.several, name="console_several"),
    path(f"{_QUEUE}alike/<uuid:group>/", several.alike, name="console_alike"),
    path(f"{_QUEUE}replies/", shift.replies, name="console_replies"),
    path(f"{_QUEUE}handover/", shift.handover, name="console_handover"),
    path(f"{_QUEUE}<uuid:post>/", queue.post, name="console_post"),
    path(f"{_QUEUE}<uuid:post>/claim/", queue.claim, name="console_claim"),
    path(f"{_QUEUE}<uuid:post>/give-back/", queue.give_back, name="console_give_back"),
    path(f"{_QUEUE}<uuid:post>/done/", queue.done, name="console_done"),
    path(f"{_QUEUE}<uuid:post>/<slug:act>/", acting.act, name="console_act"),
]
