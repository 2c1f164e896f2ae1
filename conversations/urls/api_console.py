"""The interface of the console, as far as projects go."""

from django.urls import path

from conversations.api.console import projects, queue

_PROJECTS = "organisations/<uuid:organisation>/projects/"
_ONE = f"{_PROJECTS}<uuid:project>/"
_POST = f"{_ONE}queue/<uuid:post>/"
urlpatterns = [
    path(_PROJECTS, projects.Projects.as_view()),
    path(_ONE, projects.OneProject.as_view()),
    path(f"{_ONE}checklist/", projects.Checklist.as_view()),
    path(f"{_ONE}queue/", queue.Queue.as_view()),
    path(f"{_ONE}acts/undo/", queue.Undo.as_view()),
    path(_POST, queue.OnePost.as_view()),
    path(f"{_POST}claim/", queue.Claim.as_view()),
    path(f"{_POST}give-back/", queue.GiveBack.as_view()),
    path(f"{_POST}finish/", queue.Finish.as_view()),
    path(f"{_POST}acts/", queue.Acts.as_view()),
]
