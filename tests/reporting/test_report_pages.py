"""The console's pages of reports: they work, for analysts alone, in their organisation alone (R54, R65)."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Idea
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from reporting.documents.models import Quote, Report, Section, Version, VersionState
from reporting.documents.services import freezing, publishing
from tenants.models import Organisation, Role
from tests.coding import ANALYST
from tests.documents import SHIFTS, Ground, coded_ground, make_report, publish, quote, section_in
from tests.staffing import desk_of, make_staff


@pytest.fixture
def ground(acme: Organisation) -> Ground:
    with tenant_context(acme.tenant):
        return coded_ground()


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.ANALYST, organisation=acme))


def base(acme: Organisation, talk: Conversation) -> str:
    return f"/organisations/{acme.pk}/projects/{talk.pk}/reports/"


def test_a_report_from_nothing_to_four_files(acme: Organisation, ground: Ground, desk: Client) -> None:
    """R54, R43, scenario 28: on the pages alone."""
    pages = base(acme, ground.talk)
    assert "Nothing is frozen yet" in desk.get(pages).content.decode()
    assert desk.post(f"{pages}freeze/").status_code == 302
    assert "is being frozen" in desk.get(pages).content.decode()
    assert "is being frozen" in desk.get(f"{pages}freezing/").content.decode()
    with tenant_context(acme.tenant):
        freezing.freeze_asked(conversation=ground.talk.pk, at=timezone.now())
    assert desk.get(f"{pages}freezing/")["HX-Refresh"] == "true"
    started = desk.post(pages, {"title": "What we heard", "language": "en"})
    report = started["Location"]
    with tenant_context(acme.tenant):
        section = Section.objects.get(
            report__title="What we heard", kind="themes", report__conversation=ground.talk
        )
    address = f"{report}sections/{section.pk}/"
    form = {
        "heading": "Main areas",
        "text": "**Shifts** first.",
        "version": "0",
        "included": "1",
        "charts": "trend",
    }
    assert desk.post(address, form).status_code == 302
    found = desk.get(f"{address}quotes/", {"q": "four weeks"}).content.decode()
    assert SHIFTS[:20] in found
    taken = {"contribution": str(ground.ideas[0]), "text": "Please publish shifts [...] we can sleep."}
    assert desk.post(f"{address}quotes/", taken).status_code == 302
    assert "Please publish shifts" in desk.get(f"{report}preview/").content.decode()
    assert desk.get(f"{report}preview.pdf").content.startswith(b"%PDF")
    assert desk.post(f"{report}publish/").status_code == 302

    with tenant_context(acme.tenant):
        version = Version.objects.get(report__conversation=ground.talk)
        publishing.make_version(version=version.pk)
    overview = desk.get(report).content.decode()

    assert overview.count(f"/versions/{version.pk}/") == 5  # four files and a form
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("pptx", b"PK"), ("html", b"\n")):
        leave = desk.get(f"{pages}versions/{version.pk}/{kind}/")
        content = desk.get(leave["Location"])
        assert content.content.lstrip(b"\n").startswith(start.strip() or b"<!doctype"), kind
    with control_plane():
        assert AuditEntry.objects.filter(what="report downloaded").count() >= 4


def test_the_page_of_a_report_may_do_nothing_but_show_itself(
    acme: Organisation, ground: Ground, desk: Client
) -> None:
    with tenant_context(acme.tenant):
        version = publish(make_report(ground.talk))
    leave = desk.get(f"{base(acme, ground.talk)}versions/{version.pk}/html/")

    response = desk.get(leave["Location"])

    assert response["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert response["Cache-Control"] == "private, no-store"


def test_nothing_is_lost_on_a_refused_form(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)
        section = section_in(report, "summary")
    address = f"{base(acme, ground.talk)}{report.pk}/sections/{section.pk}/"

    without = desk.post(
        address, {"heading": " ", "text": "A long day’s work.", "version": "0", "charts": "trend"}
    )
    desk.post(address, {"heading": "Summary", "text": "Theirs.", "version": "0", "included": "1"})
    late = desk.post(address, {"heading": "Summary", "text": "Mine.", "version": "0", "included": "1"})

    assert without.status_code == 422
    assert "A long day’s work." in without.content.decode()
    assert re.search(r'value="trend" checked', without.content.decode())
    assert late.status_code == 409
    assert "Theirs." in late.content.decode()
    assert ">Mine.<" in late.content.decode()
    assert 'name="version" value="1"' in late.content.decode()


def test_a_refused_quote_stays_in_its_form(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)
        section = section_in(report, "themes")
    address = f"{base(acme, ground.talk)}{report.pk}/sections/{section.pk}/quotes/"
    said = {"contribution": str(ground.ideas[0]), "text": "We can plan our lives.", "q": "plan"}

    refused = desk.post(address, said)

    assert refused.status_code == 422
    assert "word for word" in refused.content.decode()
    assert ">We can plan our lives.<" in refused.content.decode()
    assert desk.post(address, {**said, "contribution": "none"}).status_code == 409


def test_a_quote_is_changed_moved_and_taken_out(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)
        section = section_in(report, "themes")
    address = f"{base(acme, ground.talk)}{report.pk}/sections/{section.pk}/"
    for idea, text in ((ground.ideas[0], SHIFTS), (ground.comment, "Six weeks")):
        desk.post(f"{address}quotes/", {"contribution": str(idea), "text": text})
    with tenant_context(acme.tenant):
        first, second = Quote.objects.filter(section=section).order_by("position")

    assert desk.get(f"{address}quotes/{first.pk}/").status_code == 200
    assert desk.post(f"{address}quotes/{first.pk}/", {"text": "We cannot"}).status_code == 302
    assert desk.post(f"{address}quotes/{first.pk}/", {"text": "We can"}).status_code == 422
    desk.post(f"{address}quotes/{second.pk}/", {"act": "up"})
    with tenant_context(acme.tenant):
        found = list(
            Quote.objects.filter(section=section).order_by("position").values_list("text", flat=True)
        )
    assert found == ["Six weeks", "We cannot"]
    desk.post(f"{address}quotes/{first.pk}/", {"act": "drop"})
    assert desk.get(f"{address}quotes/{first.pk}/").status_code == 404


def test_a_hidden_quote_is_shown_in_no_preview(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)
        section = section_in(report, "themes")
    pages = f"{base(acme, ground.talk)}{report.pk}/"
    desk.post(f"{pages}sections/{section.pk}/quotes/", {"contribution": str(ground.ideas[0]), "text": SHIFTS})
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=ground.ideas[0]).update(state="hidden")

    assert SHIFTS not in desk.get(f"{pages}preview/").content.decode()
    refused = desk.post(f"{pages}publish/")
    assert refused.status_code == 409
    assert "not shown in the conversation" in refused.content.decode()


def test_a_version_is_withheld_with_a_reason(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        version = publish(make_report(ground.talk))
    address = f"{base(acme, ground.talk)}versions/{version.pk}/withhold/"

    assert desk.post(address, {"reason": ""}).status_code == 422
    assert desk.post(address, {"reason": "A figure was wrong."}).status_code == 302
    with tenant_context(acme.tenant):
        assert Version.objects.get(pk=version.pk).state == VersionState.WITHHELD
    assert (
        "A figure was wrong." in desk.get(f"{base(acme, ground.talk)}{version.report_id}/").content.decode()
    )


def test_progress_is_told_while_files_are_made(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)
        version = publishing.publish_report(
            report=report, organisation=acme.name, by=ANALYST, at=timezone.now()
        )
        publishing._make_next(version.pk)
    address = f"{base(acme, ground.talk)}versions/{version.pk}/progress/"

    assert "1 of 4 files are made" in desk.get(address).content.decode()
    again = desk.post(f"{base(acme, ground.talk)}{report.pk}/publish/")
    assert again.status_code == 409
    with tenant_context(acme.tenant):
        publishing.make_version(version=version.pk)
    assert desk.get(address)["HX-Refresh"] == "true"


def test_a_draft_is_renamed_and_deleted_a_published_one_stays(
    acme: Organisation, ground: Ground, desk: Client
) -> None:
    with tenant_context(acme.tenant):
        draft, published = make_report(ground.talk), make_report(ground.talk, title="Kept")
        publish(published)
    pages = base(acme, ground.talk)

    assert desk.post(f"{pages}{draft.pk}/", {"title": "", "language": "en"}).status_code == 422
    assert desk.post(f"{pages}{draft.pk}/", {"title": "Better", "language": "xx"}).status_code == 422
    assert desk.post(f"{pages}{draft.pk}/", {"title": "Better", "language": "cy"}).status_code == 302
    assert desk.post(f"{pages}{draft.pk}/", {"act": "drop"}).status_code == 302
    assert desk.post(f"{pages}{published.pk}/", {"act": "drop"}).status_code == 409
    with tenant_context(acme.tenant):
        assert [one.title for one in Report.objects.filter(conversation=ground.talk)] == ["Kept"]


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.SUPPORT, Role.PRIVACY_OFFICER])
def test_reports_are_for_analysts(acme: Organisation, ground: Ground, role: Role) -> None:
    other = desk_of(make_staff(role, organisation=acme))
    with tenant_context(acme.tenant):
        version = publish(make_report(ground.talk))
    pages = base(acme, ground.talk)

    for address in (
        "",
        f"{version.report_id}/",
        f"{version.report_id}/preview/",
        f"versions/{version.pk}/pdf/",
    ):
        assert other.get(pages + address).status_code == 403
    assert other.post(f"{pages}freeze/").status_code == 403


def test_a_link_of_somebody_else_opens_nothing(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        version = publish(make_report(ground.talk))
    link = desk.get(f"{base(acme, ground.talk)}versions/{version.pk}/pdf/")["Location"]
    colleague = desk_of(make_staff(Role.ANALYST, organisation=acme))

    assert colleague.get(link).status_code == 404
    assert desk.get(link[:-2] + "x/").status_code == 404
    assert Client(headers={"host": settings.CONSOLE_HOST}).get(link).status_code == 302


def test_a_report_of_another_project_is_not_found(
    acme: Organisation, beta: Organisation, ground: Ground, desk: Client
) -> None:
    with tenant_context(acme.tenant):
        other = coded_ground()
        report = make_report(other.talk)
        section = section_in(report, "summary")
    pages = base(acme, ground.talk)

    assert desk.get(f"{pages}{report.pk}/").status_code == 404
    assert desk.get(f"{pages}{report.pk}/sections/{section.pk}/").status_code == 404
    assert desk.get(f"{base(beta, ground.talk)}").status_code == 404
    assert desk.get(f"{pages}versions/{uuid4()}/pdf/").status_code == 404


def test_lists_ask_the_same_however_much_there_is(acme: Organisation, ground: Ground, desk: Client) -> None:
    with tenant_context(acme.tenant):
        report = make_report(ground.talk)

    def asked(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    pages = base(acme, ground.talk)
    few = asked(pages), asked(f"{pages}{report.pk}/")
    with tenant_context(acme.tenant):
        for n in range(3):
            publish(make_report(ground.talk, title=f"Report {n}"))
        for kind in ("summary", "themes", "strength"):
            quote(report, ground.ideas[0], SHIFTS, kind=kind)
        publish(report)
        publish(report)
    # One more each for the files of versions and for the contributions that are quoted.
    assert (asked(pages), asked(f"{pages}{report.pk}/")) == (few[0], few[1] + 2)
