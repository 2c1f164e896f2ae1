"""Reports: frozen, written, quoted, published, and taken back when their words are."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.models import Idea
from kernel.errors import NotFound
from kernel.tenancy import Tenant
from reporting.documents import permissions, queries
from reporting.documents.measures import canonical, digest_of
from reporting.documents.models import (
    Document,
    Format,
    Quote,
    Section,
    Snapshot,
    Version,
    VersionState,
)
from reporting.documents.queries import reports_of
from reporting.documents.services import (
    editions,
    filing,
    following,
    freezing,
    links,
    publishing,
    quoting,
    writing,
)
from reporting.documents.tasks import follow
from tenants.models import Role
from tenants.permissions import RoleMissing, Staff
from tests import documents
from tests.coding import ANALYST
from tests.documents import (
    ARABIC,
    NAME,
    SHIFTS,
    Ground,
    coded_ground,
    make_report,
    publish,
    quote,
    section_in,
    write,
)
from tests.making import change, make_conversation

FACILITATOR = Staff(id=uuid4(), name="Flo Demo", roles=frozenset({Role.FACILITATOR}))


@pytest.fixture
def ground(in_acme: Tenant) -> Ground:
    return coded_ground()


def test_a_snapshot_holds_figures_and_nobody(ground: Ground) -> None:
    """R54: canonical, under its own digest, to the day; no word of a contribution, no route, no tag."""
    snapshot = freezing.freeze_analysis(conversation=ground.talk, by=ANALYST, at=timezone.now())

    found = json.loads(snapshot.content)
    assert snapshot.content == canonical(found)
    assert snapshot.digest == digest_of(snapshot.content)
    assert found["totals"] == {"ideas": 3, "comments": 1, "votes": 121}
    assert [theme["path"] for theme in found["themes"]] == [["Work"], ["Work", "Hours"]]
    assert found["themes"][1]["likes"] == 112
    assert {"themes-ranked", "themes-opinion"} <= {chart["key"] for chart in found["charts"]}
    assert found["taken_on"] == timezone.localdate().isoformat()
    for word in ("route", "tag", "owner", SHIFTS[:20], ARABIC[:10], *map(str, ground.ideas)):
        assert word not in snapshot.content


def test_the_same_analysis_is_the_same_snapshot(ground: Ground) -> None:
    at = timezone.now()
    first = freezing.freeze_analysis(conversation=ground.talk, by=ANALYST, at=at)
    again = freezing.freeze_analysis(conversation=ground.talk, by=ANALYST, at=at)
    Idea.objects.filter(pk=ground.ideas[0]).update(likes=113)
    later = freezing.freeze_analysis(conversation=ground.talk, by=ANALYST, at=at)

    assert first.pk == again.pk
    assert later.pk != first.pk
    assert later.number == first.number + 1


def test_a_snapshot_is_taken_in_the_background_once(ground: Ground) -> None:
    """Asked twice, lost, run twice: one snapshot, and the report goes on from it."""
    report = make_report(ground.talk)
    Idea.objects.filter(pk=ground.ideas[0]).update(likes=200)
    for _time in range(2):
        freezing.ask_to_freeze(conversation=ground.talk, by=ANALYST, at=timezone.now(), report=report.pk)
    assert queries.is_freezing(ground.talk)

    freezing.freeze_asked(conversation=ground.talk.pk, at=timezone.now())
    freezing.freeze_asked(conversation=ground.talk.pk, at=timezone.now())

    assert not queries.is_freezing(ground.talk)
    assert queries.report_of(ground.talk, report.pk).snapshot == queries.newest_snapshot(ground.talk)
    assert Snapshot.objects.filter(conversation=ground.talk).count() == 2


def test_what_is_frozen_cannot_be_changed(ground: Ground) -> None:
    """By constraint: neither the content nor the digest, while a report holds on to it."""
    report = make_report(ground.talk)

    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.filter(pk=report.snapshot_id).update(content="{}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.filter(pk=report.snapshot_id).update(content="{}", digest=digest_of("{}"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Snapshot.objects.get(pk=report.snapshot_id).content


def test_a_version_is_published_in_four_formats_from_one_snapshot(ground: Ground) -> None:
    """R54, R43, scenario 28."""
    report = make_report(ground.talk)
    quote(report, ground.ideas[0], "We cannot plan our lives. [...] so that we can sleep.")

    version = publish(report)

    assert version.state == VersionState.PUBLISHED
    (line,) = reports_of(ground.talk)
    assert [one.format for one in line.formats] == ["pdf", "docx", "html", "pptx"]
    for one in line.formats:
        kept = documents.document(version, one.format)
        content = links.opened(kept, reader=ANALYST.id, where="console")
        assert len(content) == one.size
    assert json.loads(version.edition.content)["sections"][2]["quotes"][0]["label"] == ""


def test_the_same_snapshot_and_edition_are_the_same_bytes(ground: Ground) -> None:
    """R54: made again a day later, by whoever."""
    report = make_report(ground.talk)
    quote(report, ground.ideas[2], ARABIC)
    version = publish(report)
    first = {one.format: one.digest for one in version.documents.all()}

    Document.objects.filter(version=version).delete()
    Version.objects.filter(pk=version.pk).update(state=VersionState.MAKING)
    publishing.make_version(version=version.pk)

    assert {one.format: one.digest for one in version.documents.all()} == first


def test_a_lost_task_is_found_again_and_twice_is_once(ground: Ground) -> None:
    report = make_report(ground.talk)
    version = publishing.publish_report(report=report, organisation=NAME, by=ANALYST, at=timezone.now())
    assert publishing._make_next(version.pk)
    assert version.documents.count() == 1

    follow()
    publishing.make_version(version=version.pk)

    assert Version.objects.get(pk=version.pk).state == VersionState.PUBLISHED
    assert version.documents.count() == len(Format)


def test_a_new_version_takes_the_place_and_both_stay_in_history(ground: Ground) -> None:
    report = make_report(ground.talk)
    first = publish(report)
    write(section_in(report, "summary"), "More.")
    second = publish(report)

    assert Version.objects.get(pk=first.pk).state == VersionState.REPLACED
    assert [line.version for line in reports_of(ground.talk)] == [second.pk]
    assert [line.version.number for line in queries.versions_of(report)] == [2, 1]
    assert all(len(line.formats) == 4 for line in queries.versions_of(report))
    with pytest.raises(NotFound):
        queries.published_document(first.pk, "pdf")


def test_a_withheld_version_is_found_by_nobody_at_the_organisation(ground: Ground) -> None:
    version = publish(make_report(ground.talk))

    publishing.withhold_version(version=version, reason="A figure was wrong.", by=ANALYST)

    assert reports_of(ground.talk) == []
    with pytest.raises(publishing.NotToWithhold):
        publishing.withhold_version(version=version, reason="Again.", by=ANALYST)
    with pytest.raises(publishing.ReasonMissing):
        publishing.withhold_version(version=version, reason=" ", by=ANALYST)


@pytest.mark.parametrize("state", ["hidden", "removed"])
def test_a_quote_that_is_hidden_meanwhile_stops_publishing(ground: Ground, state: str) -> None:
    """Scenario 28: looked at again at the last moment."""
    report = make_report(ground.talk)
    quote(report, ground.ideas[0], SHIFTS)
    Idea.objects.filter(pk=ground.ideas[0]).update(state=state)

    (obstacle,) = editions.obstacles(report)
    assert "Main areas" in obstacle.sentence
    with pytest.raises(editions.QuoteNotThere, match="Main areas"):
        publish(report)
    assert not Version.objects.filter(report=report).exists()


def test_an_edited_contribution_stops_publishing_what_it_said_before(ground: Ground) -> None:
    report = make_report(ground.talk)
    quote(report, ground.ideas[0], SHIFTS)
    Idea.objects.filter(pk=ground.ideas[0]).update(text="We [name removed] plan our lives.")

    with pytest.raises(editions.QuoteNotThere):
        publish(report)


def test_only_what_is_shown_is_quoted_and_only_word_for_word(ground: Ground) -> None:
    report = make_report(ground.talk)

    with pytest.raises(quoting.NotVerbatim):
        quote(report, ground.ideas[0], "We can plan our lives.")
    quote(report, ground.comment, "Six weeks would be better still.")
    with pytest.raises(quoting.QuotedAlready):
        quote(report, ground.comment, "Six weeks")
    with pytest.raises(quoting.DimensionUnknown):
        quoting.add_quote(
            section=section_in(report, "themes"),
            contribution=ground.ideas[0],
            text=SHIFTS,
            dimension="age",
            by=ANALYST,
        )
    Idea.objects.filter(pk=ground.ideas[1]).update(state="hidden")
    with pytest.raises(quoting.NotShown):
        quote(report, ground.ideas[1], "Rhowch fwy")
    with pytest.raises(quoting.NotShown):
        quote(report, uuid4(), "Rhowch fwy")


def test_withdrawn_words_leave_drafts_and_published_reports(ground: Ground) -> None:
    """Whoever takes their words back takes them out of reports as well: text, files and all."""
    report = make_report(ground.talk)
    quote(report, ground.ideas[0], SHIFTS)
    version = publish(report)
    files = [filing.file_of(one) for one in version.documents.all()]
    documents.forget_text(ground.ideas[0])

    following.follow_contributions()

    assert not Quote.objects.filter(section__report=report).exists()
    kept = Version.objects.select_related("edition").get(pk=version.pk)
    assert kept.state == VersionState.WITHHELD
    assert kept.edition.content == ""
    assert not any(default_storage.exists(name) for name in files)
    assert reports_of(ground.talk) == []
    assert following.follow_contributions() == 0


def test_a_hidden_contribution_keeps_its_draft_until_it_is_decided(ground: Ground) -> None:
    report = make_report(ground.talk)
    quote(report, ground.ideas[0], SHIFTS)
    Idea.objects.filter(pk=ground.ideas[0]).update(state="hidden")

    assert following.follow_contributions() == 0
    assert Quote.objects.filter(section__report=report).exists()


def test_a_label_comes_from_the_vault_alone(in_acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most one, asked for again at publication; nothing where there is no author to ask about."""
    ground = coded_ground()
    report = make_report(ground.talk)
    from reporting.documents.services import labels

    assert labels.label_of(ground.talk.pk, contribution=ground.ideas[0], route=None, by="age") == ""
    quote(report, ground.ideas[0], SHIFTS)
    said = editions.edition_of(report, organisation=NAME, number=1, on=timezone.localdate(), is_final=True)
    assert [one["label"] for section in said["sections"] for one in section["quotes"]] == [""]


def test_nothing_is_lost_when_two_write_at_once(ground: Ground) -> None:
    section = section_in(make_report(ground.talk), "summary")
    words = writing.Words("Summary", "Mine.", is_included=True)
    writing.change_section(section=section, words=words, seen=0, by=ANALYST)

    with pytest.raises(writing.SectionChanged):
        writing.change_section(section=section, words=words, seen=0, by=ANALYST)
    with pytest.raises(writing.TextTooLong):
        write(section, "x" * 20_001)
    with pytest.raises(writing.HeadingMissing):
        writing.change_section(
            section=section, words=writing.Words(" ", "", is_included=True), seen=1, by=ANALYST
        )
    assert Section.objects.get(pk=section.pk).text == "Mine."


def test_only_what_the_snapshot_holds_is_chosen(ground: Ground) -> None:
    report = make_report(ground.talk)
    (work, *_more) = [key for key, _name in queries.offered_by(report.snapshot)["themes"]]

    section = write(section_in(report, "themes"), "", themes=[work, str(uuid4())], charts=["trend", "none"])

    assert section.chosen == {"themes": [work], "charts": ["trend"], "tables": []}


def test_sections_move_and_own_ones_come_and_go(ground: Ground) -> None:
    report = make_report(ground.talk)
    own = writing.add_section(report=report, heading="Thank you", by=ANALYST)
    writing.move_section(section=own, by=ANALYST, is_up=True)
    writing.move_section(section=queries.sections_of(report)[0], by=ANALYST, is_up=True)

    assert [one.kind for one in queries.sections_of(report)][-2:] == ["own", "method"]
    writing.drop_section(section=own, by=ANALYST)
    writing.drop_section(section=section_in(report, "method"), by=ANALYST)
    assert [one.kind for one in queries.sections_of(report)][-1] == "method"


def test_reports_follow_the_state_of_the_project(in_acme: Tenant) -> None:
    """Architecture 6: published after closing; no new snapshot once complete; nothing after the deletion began."""
    talk = make_conversation()
    report = make_report(talk)
    with pytest.raises(permissions.NotToPublishYet):
        publish(report)
    documents.closed(talk)
    change(talk, completed_at=timezone.now() - timedelta(hours=1))
    talk.refresh_from_db()
    with pytest.raises(permissions.NotToFreeze):
        freezing.freeze_analysis(conversation=talk, by=ANALYST, at=timezone.now())

    version = publish(report)

    assert version.state == VersionState.PUBLISHED
    change(talk, emptying="under way")
    with pytest.raises(permissions.NotToPublishAnyMore):
        publish(report)


def test_an_empty_conversation_has_a_report(in_acme: Tenant) -> None:
    talk = make_conversation()
    documents.closed(talk)

    assert publish(make_report(talk)).state == VersionState.PUBLISHED


def test_only_analysts_write_reports(ground: Ground) -> None:
    report = make_report(ground.talk)
    section = section_in(report, "summary")
    at = timezone.now()

    for act in (
        lambda: freezing.freeze_analysis(conversation=ground.talk, by=FACILITATOR, at=at),
        lambda: writing.start_report(
            conversation=ground.talk, title="T", language="en", by=FACILITATOR, at=at
        ),
        lambda: writing.change_report(report=report, title="T", language="en", by=FACILITATOR),
        lambda: writing.drop_report(report=report, by=FACILITATOR),
        lambda: writing.add_section(report=report, heading="T", by=FACILITATOR),
        lambda: writing.move_section(section=section, by=FACILITATOR, is_up=True),
        lambda: publishing.publish_report(report=report, organisation=NAME, by=FACILITATOR, at=at),
    ):
        with pytest.raises(RoleMissing):
            act()
