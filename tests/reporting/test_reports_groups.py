"""Figures about groups in a report: as they were released, and labels as the vault gives them (R53, R54, L11)."""

import json

from django.utils import timezone

from conversations.models import Conversation, Dimension, Idea
from kernel.tenancy import Tenant
from reporting.documents.models import Quote
from reporting.documents.services import editions, quoting
from reporting.figures.queries import released_tables
from tenants.models import Organisation
from tests import documents
from tests.coding import ANALYST
from tests.documents import NAME, make_report, publish, section_in, write
from tests.grouping import close, make_groups, release, take_part


def test_groups_are_shown_as_released_and_a_quote_says_one_thing(acme: Organisation, in_acme: Tenant) -> None:
    """Scenario 28: a snapshot holds finished tables by id; the label is asked for again at publication."""
    talk, people = make_groups({"porters": 45, "nursing": 160, "medicine": 120})
    small = take_part(talk, people["porters"][:20])
    large = take_part(talk, people["nursing"][:80])
    take_part(talk, people["medicine"][:60])
    close(talk)
    release(talk, acme)
    talk = Conversation.objects.get(pk=talk.pk)
    Dimension.objects.create(conversation=talk, code="team", question="Your team")
    report = make_report(talk)
    tables = released_tables(talk)
    write(section_in(report, "differences"), "", tables=[str(table.id) for table in tables])
    section = section_in(report, "themes")
    for idea in (small, large):
        quoting.add_quote(
            section=section,
            contribution=idea,
            text=Idea.objects.get(pk=idea).text,
            dimension="team",
            by=ANALYST,
        )
    Quote.objects.filter(contribution=small).update(label="said too much")

    version = publish(report)

    frozen = json.loads(version.snapshot.content)
    ids = [table["id"] for table in frozen["tables"]]
    assert sorted(ids) == sorted(str(table.id) for table in tables)
    assert frozen["people"] is None or frozen["people"] % 5 == 0
    said = json.loads(version.edition.content)
    assert [one["label"] for one in said["sections"][2]["quotes"]] == ["", "nursing"]
    kept = {table["id"]: table for table in frozen["tables"]}
    for table in tables:
        assert [[cell.shown for cell in row] for row in table.cells] == [
            [cell["shown"] for cell in row] for row in kept[str(table.id)]["cells"]
        ]
    assert documents.document(version, "pdf").size > 10_000


def test_charts_speak_the_language_of_the_report(in_acme: Tenant) -> None:
    """R54: drawn once for each language when the analysis is frozen, so that a Welsh report is Welsh all through."""
    ground = documents.coded_ground()
    report = make_report(ground.talk, language="cy", title="Yr hyn a glywsom")
    write(section_in(report, "themes"), "", charts=["themes-ranked", "trend"])

    page = editions.preview_page(report, organisation=NAME, on=timezone.localdate()).decode()

    assert "sydd â’r nifer mwyaf o negeseuon" in page
    assert "Postiwyd fwyaf ar" in page
    assert "has the most posts" not in page
