"""`make bench`: every goal that can be measured so far, as a ratio to a floor in the same run."""

import sys
from datetime import UTC, datetime

from config.embedded.services import CONVERSATION_DATABASE
from tests.bench import history
from tests.bench.ground import Report, ground


def main() -> int:
    report = Report()
    sys.stdout.write(
        "goal what                                                            floor       ours unit      ratio  wanted    met\n"
    )
    with ground() as running:
        from tests.bench import (
            deletion,
            discussion,
            logins,
            mailings,
            memory,
            merging,
            pages,
            provisioning,
            queue,
            reports,
            requests,
            rosters,
            votes,
        )

        owner_url = running.conversation.url("owner", CONVERSATION_DATABASE)
        talk = discussion.build(report)
        pages.measure(owner_url, talk, report)
        queue.measure(owner_url, talk, report)
        floor = next(result.floor for result in report.results if result.goal == "G2")
        pages.measure_sign_in(talk, floor, report)
        logins.measure(talk, report)
        votes.measure(running, talk, report)
        provisioning.measure(running, report)
        mailings.measure(report)
        merging.measure(report)
        rosters.measure(report)
        deletion.measure(report)
        requests.measure(report)
        reports.measure(talk, report)
        memory.measure(report)
    missed = [result for result in report.results if not result.is_met]
    sys.stdout.write(f"\n{len(report.results) - len(missed)} of {len(report.results)} goals met.\n")
    moved = history.changes(history.last(), report.results)
    kept = history.keep(report.results, at=datetime.now(UTC))
    sys.stdout.write(
        "\n".join(["Against the last run:", *(f"  {line}" for line in moved), f"Kept in {kept}.", ""])
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
