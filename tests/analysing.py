"""Real conversations, taken over and analysed from the first code to the published report."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from config import demo_analysis
from config.demo_analysis import Rule
from conversations.models import Conversation
from conversations.queries.conversations import conversation_at
from conversations.services import conversations, importing
from conversations.services.conversations import Question
from conversations.services.exports import read_export
from kernel.tenancy import login_as, tenant_context
from reporting.coding.services import suggesting
from reporting.documents.models import Version
from tenants.models import Organisation
from tenants.permissions import Staff
from tests.making import change

HOUSING, BIODIVERSITY = "scoop-hivemind.affordable-housing", "scoop-hivemind.biodiversity"
BOOKS = {
    HOUSING: [
        Rule("Supply", "Homes, and the land and rules they need."),
        Rule("Building", "Who builds what, how fast, and how well.", "build|construct|develop|material", "Supply"),
        Rule("Land", "Land for homes, its price and its owners.", "land(?!lord)|section|crown|infrastructure", "Supply"),
        Rule("Rules and plans", "Planning, consents, councils.", "council|rules|regulat|plan|consent|zon", "Supply"),
        Rule("Money", "What homes cost and who can pay."),
        Rule("Prices and incomes", "Prices, rates, wages.", "price|income|wage|cost|expens", "Money"),
        Rule("Taxes and investors", "Tax, speculation, foreign purchase.", "tax|specul|invest|foreign|profit", "Money"),
        Rule("Loans", "Banks and borrowing.", "loan|bank|mortgage|interest|deposit", "Money"),
        Rule("Renting", "Tenants, landlords, and what a lease gives.", "rent|tenant|landlord|tenure"),
        Rule("Public housing", "What the state and councils own and let.", "state|social|public|government|govt"),
    ],
    BIODIVERSITY: [
        Rule("Species", "Plants and animals, ours and brought here."),
        Rule("Native species", "What belongs here, and where it lives.", "native|indigenous|bird|kiwi|habitat|forest", "Species"),
        Rule("Pests and predators", "Control of pests, traps, poison.", "pest|predator|poison|1080|trap|cat|introduced", "Species"),
        Rule("Hunting and fishing", "Deer, trout, tahr, and those who hunt them.", "hunt|deer|trout|tahr|fish|game", "Species"),
        Rule("Land and water", "How land and water are used."),
        Rule("Farming", "Farms, forestry, private land.", "farm|agricult|rural|private|landowner|forestry", "Land and water"),
        Rule("Water and sea", "Rivers, wetlands, the sea.", "water|river|wetland|sea|marine|ocean|erosion", "Land and water"),
        Rule("Towns", "Nature where people live.", "urban|city|cities|town|garden|corridor", "Land and water"),
        Rule("Who decides", "Strategy, law, partnership.", "strateg|plan|law|legal|government|partner|council|maori|decision|manage"),
        Rule("Money and knowledge", "Funding, research, education.", "fund|money|financ|econom|science|research|educat|information|knowledge"),
    ],
}  # fmt: skip
TEXTS = {
    "summary": "Statements and votes of a public conversation, read by rule for a trial of this platform.",
    "themes": "Themes were given by words that stand in the statements.",
    "opinions": "Groups of people who vote alike, found from votes alone.",
    "method": "A trial with public data (Scoop HiveMind, CC BY 4.0, collected with Polis). No analyst read it.",
}


@dataclass
class Stages:
    """How long each stage took, in seconds, and how much memory this process had used by its end, in MB."""

    taken: list[tuple[str, float, int]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.taken.append((name, time.monotonic() - began, peak))

    def __str__(self) -> str:
        return "\n".join(f"{name:<24}{seconds:8.2f} s {peak:6} MB" for name, seconds, peak in self.taken)


def exports_at_hand() -> list[str]:
    return [name for name in (HOUSING, BIODIVERSITY) if (Path(settings.POLIS_EXPORTS) / name).is_dir()]


def take_over(organisation: Organisation, export: str, slug: str) -> None:
    """As `manage import-conversation` does it; closed yesterday."""
    found = read_export(Path(settings.POLIS_EXPORTS) / export)
    first, last = importing.first_and_last(found)
    now = timezone.now()
    with tenant_context(organisation.tenant):
        made = conversations.create_conversation(
            slug=slug,
            name=found.topic,
            notice="A real public conversation: Scoop HiveMind, CC BY 4.0, gathered using Polis.",
            questions=[Question(found.topic)],
            areas=[("everybody", "Everybody")],
        )
    shift = timedelta(days=(now - timedelta(days=2) - last).days)
    with login_as(organisation.tenant):
        importing.fill_conversation(conversation=made, export=found, shift=shift, progress=lambda _rows: None)
    with tenant_context(organisation.tenant):
        importing.date_import(
            conversation=made, opens_at=first + shift, closes_at=now + timedelta(days=1), at=now
        )
        importing.finish_import(conversation=made, at=now)
        change(made, closes_at=now - timedelta(days=1))


def analyse(
    organisation: Organisation, slug: str, export: str, by: tuple[Staff, Staff], stages: Stages
) -> Version:
    """Frame, coding, suggestions, agreement, figures, opinion groups, report."""
    with tenant_context(organisation.tenant):
        talk: Conversation = conversation_at(slug)
        book, now = BOOKS[export], timezone.now()
        with stages.stage("frame"):
            codes = demo_analysis.make_frame(talk, book, first=8, by=by[0], at=now)
        posts = demo_analysis.posts_to_code(talk)
        most = len(posts) * 4 // 5
        with stages.stage(f"coding {most}"):
            demo_analysis.code_all(talk, book, codes, posts[:most], by=by, at=now)
        with stages.stage("suggestions"):
            assert suggesting.suggest(conversation=talk, at=now)
        with stages.stage(f"coding {len(posts) - most}"):
            demo_analysis.code_all(talk, book, codes, posts[most:], by=by, at=now)
        with stages.stage("settling"):
            demo_analysis.settle_all(talk, first=by[0], by=by[1], at=now)
        with stages.stage("figures about groups"):
            demo_analysis.release_figures(talk, by=by[0], at=now)
        with stages.stage("opinion groups"):
            demo_analysis.find_groups(talk, by=by[0], at=now)
        with stages.stage("snapshot and report"):
            report = demo_analysis.write_report(
                talk, title=talk.name[:150], texts=TEXTS, dimension="", by=by[0], at=now
            )
        with stages.stage("four documents"):
            return demo_analysis.publish(report, organisation=organisation.name, by=by[0], at=now)
