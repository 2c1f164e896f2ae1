"""The shipped pages: what they promise, filled from a conversation's choices."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, PageCode
from conversations.queries import pages
from conversations.views.participant import texts
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import change, client_of, make_conversation, make_organisation

pytestmark = pytest.mark.usefixtures("_shipped_texts")


def _page(browser: Client, conversation: Conversation, code: str) -> str:
    return browser.get(f"/{conversation.slug}/about/{code}/").content.decode()


def _words(page: str) -> str:
    """The running text, without its markup."""
    prose = page.partition('<div class="prose"')[2].partition("</div>")[0].partition(">")[2]
    return " ".join(re.sub(r"<[^>]+>", "", prose).split())


def test_everything_is_shipped_in_english_and_names_known_placeholders_only() -> None:
    folder = Path(pages.__file__).resolve().parents[1] / "texts"
    english = {str(path.relative_to(folder / "en")) for path in (folder / "en").rglob("*.md")}

    assert {f"{code}.md" for code in PageCode.values} <= english
    for path in folder.rglob("*.md"):
        text = path.read_text()
        assert set(re.findall(r"\{([a-z_]+)\}", text)) <= pages.PLACEHOLDERS, path
        assert str(path.relative_to(folder)).partition("/")[2] in english, path
        if path.relative_to(folder).parts[0] == "en":
            assert not re.search(r"\b(submit|invalid|errors?|users?|click here)\b", text, re.IGNORECASE), path


def test_every_placeholder_has_words(acme: Organisation, talk: Conversation) -> None:
    with tenant_context(acme.tenant):
        known = {*texts.words_for(talk, acme.name), *texts.passages_for(talk, "en")}

    assert known == pages.PLACEHOLDERS


def test_texts_say_what_this_conversation_chose() -> None:
    """R06, R14, R29: told or not, wellbeing or not, areas or not, how often."""
    own = make_organisation()
    with tenant_context(own.tenant):
        plain, other = make_conversation(), make_conversation(areas=("staff", "students"))
        change(other, client_is_told=True, identifies_for_wellbeing=True, identified_times=2)
    browser = client_of(own)

    for talk, phrases in (
        (plain, ["is not told", "only write to them", "in the same place", "has never happened"]),
        (other, ["may be told that", "a life seems to be in danger", "several areas", "happened 2 times"]),
    ):
        words = _words(_page(browser, talk, "privacy"))
        for phrase in phrases:
            assert phrase in words, phrase
    with tenant_context(own.tenant):
        change(other, identified_times=1)
    assert "happened once" in _words(_page(browser, other, "privacy"))


# Each promise of the five pages that participants have been given so far, with the words that hold it here.
PROMISES = [
    ("P1", "privacy", "is never shown beside an idea, a comment or a vote"),
    ("P1", "questions", "Neither your name nor anything that stands for you appears with an idea"),
    ("P2", "privacy", "never give The acme organisation anything that it could use to identify you"),
    ("P3", "privacy", "without knowing who that is"),
    ("P3", "privacy", "that one contribution only. Nothing else you did here becomes known"),
    ("P3", "questions", "it reveals nothing else you have done here"),
    ("P4", "privacy", "A team of fewer than 11 is never shown"),
    ("P4", "privacy", "by subtracting one table from another is left out"),
    ("P4", "questions", "A team of fewer than 11 people is never shown apart"),
    ("P5", "privacy", "you ignored two warnings"),
    ("P5", "privacy", "a contribution is personally abusive"),
    ("P5", "privacy", "a contribution may be a crime"),
    ("P5", "privacy", "Two people have to agree"),
    ("P5", "privacy", "This has never happened in this conversation so far"),
    ("P5", "privacy", "nobody is identified because we are worried about them"),
    ("P6", "privacy", "Within 30 days after that everything about you is deleted"),
    ("P6", "privacy", "no backup can be read either"),
    ("P6", "privacy", "ask for deletion at any time"),
    ("P7", "privacy", "Your data serves this conversation and nothing else"),
    ("P7", "privacy", "never passed to anybody outside the project"),
    ("P7", "privacy", "no script from anybody else"),
    ("P8", "rules", "is not told when something was removed or somebody was contacted"),
    ("P9", "privacy", "nor tell it whether you took part"),
    ("P9", "questions", "Reminders are the same for everybody"),
    ("P10", "rules", "Each change to your post is explained to you"),
    ("P10", "rules", "all votes and comments come along, each person still counts once"),
    ("P10", "questions", "changed, moved, split, merged or hidden something of yours"),
    ("P11", "questions", "you stay out even if your organisation sends us a new list"),
    ("P11", "questions", "marked “From a paper form”"),
    ("P11", "questions", "Every question is optional"),
    ("P12", "questions", "Everybody reads and writes in the same place"),
    ("000 safe space", "rules", "things that colleagues and managers might not want to hear"),
    ("000 no pressure", "rules", "Nobody has to agree with anybody"),
    ("000 rule 1", "rules", "Do not name or criticise anybody"),
    ("000 rule 1", "rules", "takes the person out of your text, or hides it completely"),
    ("000 rule 2", "rules", "bullying, harassment, discrimination, threats or violence"),
    ("000 rule 2", "rules", "If it is serious, more may follow"),
    ("000 sign-in 1", "privacy", "To let the right people in"),
    ("000 sign-in 2", "privacy", "To reach you"),
    ("000 sign-in 3", "privacy", "To say which groups were heard"),
    ("000 sign-in 4", "privacy", "To act on posts that break the rules badly"),
    ("001 who", "questions", "Everybody whom The acme organisation has put on the list"),
    ("001 not received", "questions", "look among unwanted mail first, then ask for help"),
    ("001 what", "questions", "a workshop that is open day and night"),
    ("001 when", "questions", "24 hours a day"),
    ("001 no need to post", "questions", "you may simply read, or only like and dislike"),
    ("001 independent", "questions", "Independently, by Clever Together"),
    ("001 move", "rules", "move an idea to the question where it fits better"),
    ("001 split", "rules", "split a post that holds several ideas"),
    ("001 analysis", "questions", "We read every contribution, large or small"),
    ("001 coding", "questions", "a coding frame, for thematic analysis"),
    ("001 report", "questions", "a summary report of the main areas of discussion"),
    ("001 trouble", "questions", "I have trouble with this site. Whom do I ask?"),
    ("001 safeguarding", "privacy", "fear for your health or safety, we write to you"),
    ("001 support", "support", "Speak-up guardian"),
    ("001 support", "support", "the grievance procedure"),
    ("001 support", "support", "Occupational health"),
    ("001 support", "support", "trade union"),
    ("001 support", "support", "respect champions"),
    ("002 considerate", "rules", "Be considerate"),
    ("002 respectful", "rules", "Be respectful"),
    ("002 issues", "rules", "by their job for instance"),
    ("002 blame", "rules", "not the place to accuse anybody or to blow the whistle"),
    ("002 responsible", "rules", "Take responsibility for your words"),
    ("002 together", "rules", "Work together"),
    ("002 decisive", "rules", "Look for a way forward"),
    ("002 ask", "rules", "Ask when you are unsure"),
    ("002 commitment", "rules", "what people like and dislike counts in what we report"),
    ("002 visible", "questions", "Others in the conversation, our facilitators and analysts"),
    ("002 merge", "rules", "merge ideas that say the same"),
    ("003 voluntary", "questions", "It is voluntary"),
    ("003 accessible", "accessibility", "dark or light, high contrast, less motion, larger letters"),
    ("003 screen reader", "accessibility", "A screen reader finds headings"),
    ("003 translation", "accessibility", "translation and reading tools of your own browser or phone work"),
    (
        "004 access",
        "questions",
        "Everybody on it is told by e-mail or text message when the conversation opens",
    ),
    ("004 survey", "questions", "never used to find out who you are"),
    ("004 report button", "questions", "If a post worries you, press Report"),
    ("004 dislike", "rules", "If you do not like an idea, dislike it"),
    (
        "004 not opinion",
        "rules",
        "Nothing is ever changed or removed because somebody does not like the opinion",
    ),
    ("004 by group", "questions", "to see where views agree and where they differ"),
    ("004 counselling", "support", "Staff counselling"),
    ("004 formats", "accessibility", "large print, easy read or a recording"),
    ("rest: style", "privacy", "Your way of writing"),
    ("rest: screen", "privacy", "A screen that somebody watches"),
    ("rest: device", "privacy", "a device or network of your employer that is watched"),
    ("rest: day", "privacy", "On the day you post"),
    ("rest: small", "privacy", "In a small conversation"),
    ("rest: takeover", "privacy", "If somebody took over the running site unnoticed"),
    ("rest: collusion", "privacy", "broke the rules together"),
    ("rest: mailbox", "privacy", "Whoever can open your mailbox"),
    ("signposts", "support", "116 123"),
    ("signposts", "support", "999"),
    ("signposts", "support", "NHS 111"),
    ("tested", "accessibility", "Web Content Accessibility Guidelines 2.2 at level AA"),
    ("limits", "accessibility", "No independent audit has taken place yet"),
    ("complain", "accessibility", "Equality Advisory and Support Service"),
]


def test_the_shipped_pages_keep_every_promise(acme: Organisation, talk: Conversation) -> None:
    """R13: P1 to P12, each promise of the seed pages, and what no design removes."""
    shown = {code: _words(_page(client_of(acme), talk, code)) for code in PageCode.values}

    missing = [(promise, code, words) for promise, code, words in PROMISES if words not in shown[code]]

    assert missing == []
    assert {promise for promise, _code, _words in PROMISES} >= {f"P{number}" for number in range(1, 13)}


def test_the_pages_lead_to_what_they_promise(acme: Organisation, talk: Conversation) -> None:
    """R13: help, my data and stop are named by their addresses."""
    shown = "".join(_page(client_of(acme), talk, code) for code in PageCode.values)

    for place in (
        "help/",
        "my-data/",
        "stop/",
        "mine/messages/",
        "sign-in/",
        "paper-form.pdf",
        "about/support/",
    ):
        assert f'href="/{talk.slug}/{place}"' in shown, place
    assert f"by {timezone.localtime(talk.gone_by, talk.zone):%A} " in shown
