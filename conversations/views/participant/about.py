"""The pages about the conversation: rules, questions and answers, privacy, support, accessibility."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from conversations import auth
from conversations.auth import ConversationRequest
from conversations.queries import pages
from conversations.views.participant.texts import filled
from web.markdown import rendered


@auth.in_conversation
def about(request: ConversationRequest, code: str) -> HttpResponse:
    """Readable for everybody, at any time. With a preview's token it is the draft instead."""
    page, token = pages.page_code(code), request.GET.get("preview")
    if token is None:
        text = pages.page_text(page, language=get_language())
    else:
        text = pages.previewed_text(token, code=page)
    words = filled(text, conversation=request.conversation, organisation=request.organisation.name)
    shown = rendered(words)
    context = {
        "title": page.label,
        "shown": shown,
        "written_in": text.language,
        "is_preview": token is not None,
    }
    return render(request, "conversations/about.html", context)
