"""
A conversation after its people are gone: what stays is what was said, and counts.

Votes become the numbers they have always been shown as; tags, routes, whatever tied two contributions
together, messages, reports and facilitators' work go. In batches, each a transaction that may be the last:
the next call goes on where it was.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Comment, Conversation, Emptying, Idea, Message, MessageKind, Report, Vote
from conversations.services.rewriting import OF_CONVERSATION, compact
from conversations.services.words import index_idea
from kernel.database import change, row, rows
from kernel.tenancy import tenant_context
from privacy.scanning.services import masked
from privacy.stores import Described, PersonRef, Scope

Mask = Callable[[list[str]], dict[int, str]]

_BATCH = 500
_SECONDS_AT_ONCE = 20.0
_NOTHING_LEFT = "[…]"
# Whatever has neither holds no address and no number.
_MAY_REACH = "@|%40|=40|[0-9]([ ().+/-]{0,3}[0-9]){6}|[A-Za-z0-9+/_-]{20}"


@dataclass(frozen=True)
class Contributions(Described):
    """The organisation's tables of one conversation, as a store of the data map."""

    def erase(self, scope: Scope) -> int:
        """Called outside any transaction, because at the end the tables are compacted. Raises StoreAway."""
        with tenant_context(scope.tenant):
            return _empty(scope.project, partial(masked, scope))

    def remaining(self, scope: Scope) -> int:
        with tenant_context(scope.tenant):
            found = Conversation.objects.filter(pk=scope.project).first()
            if found is None:
                return 0
            return _left(scope.project) or int(found.emptying != Emptying.DONE)

    def find(self, scope: Scope, person: PersonRef) -> int:
        with tenant_context(scope.tenant):
            tags = list(person.tags)
            own = {"owner_tag__in": tags}
            return (
                Idea.objects.filter(stream__conversation=scope.project, **own).count()
                + Comment.objects.filter(idea__stream__conversation=scope.project, **own).count()
                + Vote.objects.filter(idea__stream__conversation=scope.project, voter_tag__in=tags).count()
                + Report.objects.filter(reporter_tag__in=tags).count()
            )

    def export(self, scope: Scope, person: PersonRef) -> dict[str, Any]:
        with tenant_context(scope.tenant):
            own = {"owner_tag__in": list(person.tags)}
            return {
                "ideas": [
                    {"text": text, "day": day.isoformat()}
                    for text, day in Idea.objects.filter(
                        stream__conversation=scope.project, **own
                    ).values_list("text", "day")
                ],
                "comments": [
                    {"text": text, "day": day.isoformat()}
                    for text, day in Comment.objects.filter(
                        idea__stream__conversation=scope.project, **own
                    ).values_list("text", "day")
                ],
                "votes": Vote.objects.filter(
                    idea__stream__conversation=scope.project, voter_tag__in=list(person.tags)
                ).count(),
            }


def names_come_forward_with(scope: Scope) -> list[bytes]:
    """As they lie sealed on the threads. Called inside the organisation."""
    found = Message.objects.filter(kind=MessageKind.FORWARD, sealed__isnull=False)
    of_ideas = found.filter(thread__idea__stream__conversation=scope.project)
    of_comments = found.filter(thread__comment__idea__stream__conversation=scope.project)
    return [
        bytes(sealed)
        for messages in (of_ideas, of_comments)
        for sealed in messages.values_list("sealed", flat=True)
        if sealed is not None
    ]


def empty_again(conversation: UUID) -> int:
    """
    What a backup brought back of a conversation that was purged, inside the organisation.

    Nobody can tell any more whose address a text may hold, so every text that may hold one goes.
    """
    gone = 0
    while Conversation.objects.filter(pk=conversation).exclude(emptying=Emptying.DONE).exists():
        gone += _empty(conversation, lambda texts: dict.fromkeys(range(len(texts)), _NOTHING_LEFT))
    return gone


def _empty(conversation: UUID, mask: Mask) -> int:
    found = Conversation.objects.filter(pk=conversation).first()
    if found is None or (found.emptying == Emptying.DONE and _left(found.pk) == 0):
        return 0
    until = time.monotonic() + _SECONDS_AT_ONCE
    # Asked once before anything goes: where no digests were written, the vault refuses.
    mask([])
    if found.emptying == Emptying.NO:
        Conversation.objects.filter(pk=found.pk).update(emptying=Emptying.UNDER_WAY)
    gone = sum(_delete(table, found.pk) for table in _GONE)
    last = UUID(int=0)
    while batch := _next(found.pk, last):
        gone += _empty_batch(mask, batch)
        last = batch[-1]
        if time.monotonic() > until:
            return gone
    if _left(found.pk) == 0:
        compact()
        Conversation.objects.filter(pk=found.pk).update(emptying=Emptying.DONE, public_key=b"")
    return gone


def _delete(table: str, conversation: UUID) -> int:
    statement = f"DELETE FROM {table} WHERE {_CONDITION[table]}"
    return change(statement, [conversation] * statement.count("%s"))


def _next(conversation: UUID, last: UUID) -> list[UUID]:
    return [idea for (idea,) in rows(_NEXT, [conversation, last, _BATCH])]


def _empty_batch(mask: Mask, ideas: list[UUID]) -> int:
    """In the order in which every writing statement takes its locks: votes, comments, ideas."""
    rewritten = {
        table: _masked(
            mask, rows(f"SELECT id, text FROM {table} WHERE {column} = ANY(%s) AND text ~ %s", values)
        )
        for table, column in (("conversations_comment", "idea_id"), ("conversations_idea", "id"))
        for values in ([ideas, _MAY_REACH],)
    }
    with transaction.atomic():
        gone = change("DELETE FROM conversations_vote WHERE idea_id = ANY(%s)", [ideas])
        for table, texts in rewritten.items():
            for found, text in texts:
                change(f"UPDATE {table} SET text = %s, version = version + 1 WHERE id = %s", [text, found])
        gone += change(_EMPTY_COMMENTS, [ideas])
        gone += change(_EMPTY_IDEAS, [ideas])
        for found, _text in rewritten["conversations_idea"]:
            index_idea(found)
    return gone


def _masked(mask: Mask, found: list[tuple[UUID, str]]) -> list[tuple[UUID, str]]:
    """Where somebody of the conversation left their own address or number in what they wrote."""
    if not found:
        return []
    return [(found[place][0], text) for place, text in mask([text for _id, text in found]).items()]


def _left(conversation: UUID) -> int:
    counts = [
        f"(SELECT count(*) FROM {table} WHERE {_CONDITION[table]})"
        for table in (*_GONE, "conversations_vote")
    ]
    tied = [
        f"(SELECT count(*) FROM {table} WHERE {OF_CONVERSATION[table]} AND NOT is_purged)"
        for table in ("conversations_idea", "conversations_comment")
    ]
    statement = f"SELECT {' + '.join((*counts, *tied))}"
    found = row(statement, [conversation] * statement.count("%s"))
    return int(found[0]) if found else 0


_OF_BATCH = "SELECT id FROM conversations_paperbatch WHERE conversation_id = %s"
_OF_FORM = f"SELECT id FROM conversations_paperform WHERE batch_id IN ({_OF_BATCH})"
_CONDITION = {
    **OF_CONVERSATION,
    "conversations_handovernote": "conversation_id = %s",
    "conversations_rosterupload": "conversation_id = %s",
    "conversations_paperentry": f"form_id IN ({_OF_FORM})",
    "conversations_paperform": f"batch_id IN ({_OF_BATCH})",
    "conversations_paperbatch": "conversation_id = %s",
}
# What points at something before that.
_GONE = (
    *("conversations_decision", "conversations_safeguarding", "conversations_openidentification"),
    *("conversations_message", "conversations_thread", "conversations_report", "conversations_touch"),
    *("conversations_moved", "conversations_delivery", "conversations_act", "conversations_queueitem"),
    *("conversations_handovernote", "conversations_rosterupload", "conversations_paperentry"),
    *("conversations_paperform", "conversations_paperbatch"),
)
_NEXT = """
    SELECT i.id FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE s.conversation_id = %s AND i.id > %s AND (
        NOT i.is_purged
        OR EXISTS (SELECT FROM conversations_vote v WHERE v.idea_id = i.id)
        OR EXISTS (SELECT FROM conversations_comment c WHERE c.idea_id = i.id AND NOT c.is_purged)
    )
    ORDER BY i.id LIMIT %s
"""
# Parts of one post have one author, so nothing tells any more that they were one.
_EMPTY_IDEAS = """
    UPDATE conversations_idea SET owner_tag = NULL, route = NULL, part_of_id = NULL, is_purged = true
    WHERE id = ANY(%s) AND NOT is_purged
"""
_EMPTY_COMMENTS = """
    UPDATE conversations_comment SET owner_tag = NULL, route = NULL, is_purged = true
    WHERE idea_id = ANY(%s) AND NOT is_purged
"""


def _models(*names: str) -> frozenset[str]:
    return frozenset(f"model:conversations.{name}" for name in names)


CONTRIBUTIONS = Contributions(
    name="Contributions",
    holds="ideas, comments, votes, reports, messages on contributions, sealed originals and names, what"
    " facilitators did and wrote down, paper forms being keyed",
    where="the organisation's own schema",
    covers=_models(
        *("Idea", "Comment", "Vote", "Report", "Thread", "Message", "IdeaWords", "Act", "Touch", "Moved"),
        *("Delivery", "QueueItem", "HandoverNote", "Safeguarding", "Decision", "OpenIdentification"),
        *("PaperBatch", "PaperForm", "PaperEntry", "RosterUpload"),
    ),
    stays="ideas and comments with their day, without tags, routes and any tie to one another but what was"
    " merged; counts of votes and comments; addresses and numbers of participants in the texts are masked",
)
DEFINITIONS = Described(
    name="What an organisation defines and publishes",
    holds="conversations, questions, areas, names of groups, pages, announcements, totals, ready replies",
    where="the organisation's own schema",
    covers=_models(
        *(
            "Conversation",
            "Area",
            "Stream",
            "Tally",
            "Dimension",
            "Bucket",
            "Page",
            "Announcement",
            "SavedReply",
        ),
    ),
    stays="all of it: it is about nobody",
)
_PUBLISHED = "what the organisation itself published, with the contacts and the names it gives"
KNOWN_PLACES = {
    f"tenant.conversations_{table}": _PUBLISHED
    for table in (
        "conversation",
        "stream",
        "area",
        "dimension",
        "bucket",
        "page",
        "announcement",
        "savedreply",
    )
}
