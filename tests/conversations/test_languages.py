"""Languages: who gets which, what follows them, and that no sentence was forgotten."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from conversations.models import Comment, Conversation, Idea, MessageKind
from conversations.services import posting, tallies
from conversations.services.surveys import SurveyQuestion, define_survey
from conversations.services.texts import TextTooLong
from conversations.services.threads import write_to_author
from kernel import languages
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind
from tenants.models import Organisation
from tests import pseudo
from tests.making import (
    change,
    client_of,
    make_conversation,
    make_idea,
    make_people,
    signed_in_client,
    stream_of,
)
from web import dates

FRIDAY = date(2026, 12, 11)
_NAMES = ("The acme organisation", "A better place to work", "What should change?", "More daylight.")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        conversation = make_conversation()
        alice, ben = make_people(conversation, 2)
        idea = make_idea(conversation, alice)
        posting.add_comment(
            conversation=conversation, idea=idea, by=ben, form=str(uuid4()), text="Yes.", at=timezone.now()
        )
        tallies.count_conversation(conversation=conversation.pk)
        return conversation


# Which language ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        ("", "en"),
        ("cy", "cy"),
        ("cy-GB,en;q=0.5", "cy"),
        ("en-GB,cy;q=0.9", "en"),
        ("fr,cy;q=0.3", "cy"),
        ("fr", "en"),
        ("*;q=x,<script>", "en"),
    ],
)
def test_the_first_visit_follows_the_browser(
    acme: Organisation, talk: Conversation, wish: str, given: str
) -> None:
    """R17."""
    page = client_of(acme).get(f"/{talk.slug}/", headers={"accept-language": wish})

    assert f'<html lang="{given}" dir="ltr">' in page.content.decode()
    assert page["Content-Language"] == given
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page["Vary"].split(",")}
    assert not page.cookies


def test_the_switch_is_remembered_and_leads_back(acme: Organisation, talk: Conversation) -> None:
    """R17: a plain link; the cookie holds the language, belongs to this host, and says nothing else."""
    browser = client_of(acme)
    here = f"/{talk.slug}/sign-in/"
    page = browser.get(here, headers={"accept-language": "en"}).content.decode()
    assert f'<a href="/_language/cy/?back={here}" lang="cy" hreflang="cy" dir="ltr">Cymraeg</a>' in page
    assert 'lang="en" hreflang="en" dir="ltr" aria-current="true">English</a>' in page

    answer = browser.get(f"/_language/cy/?back={here}")
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]

    assert answer["Location"] == here
    assert (cookie.value, cookie["domain"], cookie["path"], cookie["samesite"]) == ("cy", "", "/", "Lax")
    assert cookie["httponly"]
    assert list(answer.cookies) == [settings.LANGUAGE_COOKIE_NAME]
    assert "Mewngofnodi" in browser.get(here, headers={"accept-language": "en"}).content.decode()


def test_the_cookie_needs_tls_wherever_there_is_tls(acme: Organisation) -> None:
    with override_settings(PLAIN_HTTP=False):
        answer = client_of(acme).get("/_language/cy/")

    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME]["secure"]
    assert f"{settings.COOKIE_PREFIX}language" == settings.LANGUAGE_COOKIE_NAME


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:1", ""]
)
def test_the_switch_leads_nowhere_else(acme: Organisation, back: str) -> None:
    assert client_of(acme).get("/_language/cy/", {"back": back})["Location"] == "/"


@pytest.mark.parametrize("code", ["fr", "xx", "en-gb"])
def test_a_language_that_is_not_offered_is_not_there(acme: Organisation, code: str) -> None:
    answer = client_of(acme).get(f"/_language/{code}/")

    assert answer.status_code == 404
    assert not answer.cookies


def test_a_choice_at_one_organisation_says_nothing_at_another(acme: Organisation, beta: Organisation) -> None:
    client_of(acme).get("/_language/cy/")

    assert '<html lang="en"' in client_of(beta).get("/").content.decode()


def test_a_made_up_cookie_changes_nothing(acme: Organisation) -> None:
    browser = client_of(acme)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "../../etc"

    assert '<html lang="en"' in browser.get("/").content.decode()


def test_refusals_speak_the_language_too(acme: Organisation, talk: Conversation) -> None:
    browser = client_of(acme, enforce_csrf_checks=True)
    welsh = {"accept-language": "cy"}

    missing = browser.get("/nothing/here/", headers=welsh)
    expired = browser.post(f"/{talk.slug}/sign-in/", {"address": "a@b.example"}, headers=welsh)
    unknown_host = Client(headers={"host": "nobody.localhost"}).get("/", headers=welsh)

    assert "Nid oes dim yn y cyfeiriad hwn." in missing.content.decode()
    assert "Bu’r dudalen hon ar agor yn rhy hir" in expired.content.decode()
    assert '<html lang="cy" dir="ltr">' in unknown_host.content.decode()
    # A page that was posted to cannot be asked for again, so the switch leads to the start.
    assert f"/_language/en/?back=/{talk.slug}/sign-in/" not in expired.content.decode()


def test_what_is_the_same_in_every_language_is_kept_once(acme: Organisation) -> None:
    theme = client_of(acme).get("/theme.css", headers={"accept-language": "cy"})

    assert "Vary" not in theme
    assert "Content-Language" not in theme


def test_a_request_leaves_no_language_behind(acme: Organisation) -> None:
    client_of(acme).get("/", headers={"accept-language": "cy"})

    assert languages.current() == "en"


# Dates, numbers, plurals ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "moment", "earlier"),
    [
        ("en", "Friday 11 December", "Friday 11 December, 17:05", "Friday 11 December 2026"),
        ("cy", "dydd Gwener 11 Rhagfyr", "dydd Gwener 11 Rhagfyr, 17:05", "dydd Gwener 11 Rhagfyr 2026"),
    ],
)
def test_dates_are_said_in_the_language(code: str, day: str, moment: str, earlier: str) -> None:
    """R17."""
    with translation.override(code):
        assert dates.day(FRIDAY, FRIDAY + timedelta(days=9)) == day
        assert dates.moment(datetime(2026, 12, 11, 17, 5, tzinfo=UTC)) == moment
        assert dates.day(FRIDAY, FRIDAY + timedelta(days=99)) == earlier


def test_near_days_have_words() -> None:
    with translation.override("cy"):
        assert dates.day(FRIDAY, FRIDAY) == "heddiw"
        assert dates.day(FRIDAY, FRIDAY + timedelta(days=1)) == "ddoe"


@pytest.mark.parametrize(
    ("code", "written"), [("en", "12,345"), ("cy", "12,345"), ("de", "12.345"), ("xx", "12,345")]
)
def test_numbers_have_the_separators_of_the_language(code: str, written: str) -> None:
    """R17: also in sentences that refuse something."""
    with translation.override(code):
        assert languages.number(12345) == written
        assert f"{written} " in TextTooLong(length=12345, most=3000).sentence


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "pleidlais"),
        (1, "bleidlais"),
        (2, "bleidlais"),
        (3, "pleidlais"),
        (6, "phleidlais"),
        (7, "pleidlais"),
    ],
)
def test_welsh_counts_in_six_forms(count: int, said: str) -> None:
    """R17."""
    with translation.override("cy"):
        assert translation.ngettext("vote", "votes", count) == said


def test_a_page_in_welsh_holds_no_english(acme: Organisation, talk: Conversation) -> None:
    """R17: a look at one page as a person sees it."""
    browser = signed_in_client(acme, talk)
    page = browser.get(f"/{talk.slug}/", headers={"accept-language": "cy"}).content.decode()

    assert "Diwrnod 4 o 14" in page
    assert "<span>1 syniad</span>" in page
    assert "<span>0 pleidlais</span>" in page
    assert "Sut rydym yn eich cadw’n ddienw" in page
    assert '<h1 lang="" dir="auto">A better place to work</h1>' in page


# No sentence was forgotten ----------------------------------------------------------------


def _patterns(of: URLResolver) -> Iterator[URLPattern]:
    for found in of.url_patterns:
        if str(found.pattern).startswith(("organisation/", "api/", ".well-known/")):
            continue  # of client users (decision 016), and of programs
        if isinstance(found, URLResolver):
            yield from _patterns(found)
        else:
            yield found


def _must_be_wrapped(page: bytes) -> None:
    html = page.decode()
    assert f'<html lang="{pseudo.LONG}"' in html
    assert pseudo.not_given_to_translators(html, names=_NAMES) == [], html


@pytest.fixture
def _pseudo() -> Iterator[None]:
    with pseudo.offered():
        yield


def _with_something_on_every_page(
    acme: Organisation, talk: Conversation, browser: Client
) -> dict[str, object]:
    """What the addresses of the site are filled with."""
    wish = {"accept-language": pseudo.LONG}
    with tenant_context(acme.tenant):
        stream = stream_of(talk)
        idea = Idea.objects.get(stream=stream).pk
        question = SurveyQuestion("work", "What is your work?", "It matters.", [("care", "Care")])
        define_survey(conversation=talk.pk, questions=[question])
    browser.post(f"/{talk.slug}/survey/", {"q-work": "care"})
    mine = f"/{talk.slug}/stream/{stream.pk}/write/"
    browser.post(mine, {"text": "More daylight.", "form": str(uuid4())}, headers=wish)
    browser.post(f"/{talk.slug}/idea/{idea}/comment/", {"text": "And air.", "form": str(uuid4())})
    with tenant_context(acme.tenant):
        comment = Comment.objects.get(text="And air.").pk
        write_to_author(
            conversation=talk,
            kind=Kind.COMMENT,
            contribution=comment,
            message=MessageKind.QUESTION,
            text="Which?",
            at=timezone.now(),
        )
    filled: dict[str, object] = {"slug": talk.slug, "stream": stream.pk, "idea": idea, "comment": comment}
    return filled | {"language": pseudo.LONG, "code": "rules"}


@pytest.mark.usefixtures("_pseudo")
def test_every_page_holds_translated_sentences_only(acme: Organisation, talk: Conversation) -> None:
    """
    R17: every address of the site, in a language in which each sentence is wrapped.

    A new kind of address tells here what stands in it. Words that are not ours stand in an element
    with `lang=""`.
    """
    wish = {"accept-language": pseudo.LONG}
    browser = signed_in_client(acme, talk)
    filled = _with_something_on_every_page(acme, talk, browser)

    seen = set()
    for pattern in _patterns(get_resolver(settings.ROOT_URLCONF)):
        if pattern.name == "logo":
            continue  # a picture
        places = {name: filled[name] for name in pattern.pattern.converters}
        page = browser.get(reverse(pattern.name or "", kwargs=places), headers=wish)
        assert page.status_code in {200, 302, 405}, pattern.name
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            _must_be_wrapped(page.content)
            seen.add(pattern.name)

    assert seen >= {
        "front",
        "home",
        "stream",
        "write_idea",
        "idea",
        "mine",
        "survey",
        "inbox",
        "my_data",
        "leave",
    }


@pytest.mark.usefixtures("_pseudo")
def test_what_goes_wrong_is_translated(acme: Organisation, talk: Conversation) -> None:
    """R17: the door, what is refused, and what is not there."""
    wish = {"accept-language": pseudo.LONG}
    with tenant_context(acme.tenant):
        stream = stream_of(talk)
        idea = Idea.objects.get(stream=stream).pk
    inside, outside = signed_in_client(acme, talk), client_of(acme)
    write, comment = f"/{talk.slug}/stream/{stream.pk}/write/", f"/{talk.slug}/idea/{idea}/comment/"
    door = f"/{talk.slug}/sign-in/"

    for page in (
        outside.get("/", headers=wish),
        outside.get(f"/{talk.slug}/", headers=wish),
        outside.get("/nothing/here/", headers=wish),
        outside.post(door, {"address": ""}, headers=wish),
        outside.post(door, {"address": "kit@people.example"}, headers=wish, follow=True),
        outside.post(f"{door}code/", {"code": "12"}, headers=wish),
        outside.post(f"{door}code/", {"code": "12345678"}, headers=wish),
        outside.post(write, {"text": "Some words"}, headers=wish),
        client_of(acme, enforce_csrf_checks=True).post(write, {"text": "Some words"}, headers=wish),
        inside.post(write, {"text": ""}, headers=wish),
        inside.post(write, {"text": "x" * 3001, "form": str(uuid4())}, headers=wish),
        inside.post(write, {"text": "More daylight.", "preview": "1", "form": str(uuid4())}, headers=wish),
        inside.post(comment, {"text": ""}, headers=wish),
        Client(headers={"host": "nobody.localhost"}).get("/", headers=wish),
    ):
        _must_be_wrapped(page.content)


@pytest.mark.usefixtures("_pseudo")
@pytest.mark.parametrize(("opens", "closes"), [(1, 5), (-5, -1)])
def test_before_and_after_are_translated(
    acme: Organisation, talk: Conversation, opens: int, closes: int
) -> None:
    """R17."""
    browser = signed_in_client(acme, talk)
    now, wish = timezone.now(), {"accept-language": pseudo.LONG}
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
        change(talk, opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes))

    for path in ("", f"stream/{stream}/"):
        _must_be_wrapped(browser.get(f"/{talk.slug}/{path}", headers=wish).content)
    _must_be_wrapped(client_of(acme).get("/", headers=wish).content)


def test_a_forgotten_sentence_is_found() -> None:
    page = (
        '<html lang="eo"><h1>⟦Á⟧</h1><p lang="">Theirs</p><a lang="cy">Cymraeg</a><p>12 Forgotten</p></html>'
    )

    assert pseudo.not_given_to_translators(page) == ["Forgotten"]


def test_nothing_is_to_be_chosen_where_one_language_is_offered(acme: Organisation) -> None:
    with override_settings(LANGUAGES=[("en", "en")]):
        assert "hreflang" not in client_of(acme).get("/").content.decode()


@pytest.mark.usefixtures("_pseudo")
def test_a_language_from_the_right_says_so(acme: Organisation, talk: Conversation) -> None:
    """R17."""
    page = client_of(acme).get(f"/{talk.slug}/", headers={"accept-language": "ar"}).content.decode()

    assert '<html lang="ar" dir="rtl">' in page
    assert 'dir="rtl" aria-current="true">العربية</a>' in page
