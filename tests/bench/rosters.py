"""
A workbook of 20,000 people through a real runner: looked at, taken in, and taken in again with changes.

Measured are the minutes, the most memory the runner held, and how long a code waits meanwhile.
"""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from tests.bench.ground import Report

PEOPLE = 20_000
_MINUTES, _MEBIBYTES = 5, 512
_SECONDS_FOR_A_CODE = 10.0
_WITHIN = 600


def measure(report: Report, *, people: int = PEOPLE) -> None:
    from kernel.tenancy import tenant_context
    from tests.making import make_conversation, make_organisation

    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk = make_conversation(areas=("staff", "students"))
        first, second = _workbook(people, 0), _workbook(people, 1)
        with _runner() as process:
            looked = _timed(talk.pk, "examine", first, bytes(talk.public_key))
            taken = _timed(talk.pk, "enrol", first)
            again = _timed(talk.pk, "enrol", first)
            waits: list[float] = []
            changed = _timed(talk.pk, "enrol", second, waits=waits)
            memory = _most_held(process.pid)
    report.say(
        f"{people:,} rows: looked at in {looked:.0f} s, taken in in {taken:.0f} s, again unchanged in {again:.0f} s"
    )
    report.bound("R1", f"minutes to take in {people:,} rows", ours=taken / 60, unit="min", most=_MINUTES)
    report.bound("R1", "the same with a change in each", ours=changed / 60, unit="min", most=_MINUTES)
    report.bound("R2", "most memory of the runner", ours=memory, unit="MiB", most=_MEBIBYTES)
    report.bound("M2", "slowest code during an import", ours=max(waits), unit="s", most=_SECONDS_FOR_A_CODE)


def _workbook(people: int, shift: int) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": False})
    sheet = book.add_worksheet()
    sheet.write_row(
        0, 0, ["Payroll number", "Work e-mail", "Mobile", "Area", "Directorate", "Grade", "Site", "Name"]
    )
    for n in range(people):
        groups = [f"Directorate {(n + shift) % 40}", f"Band {n % 9}", f"Site {n % 60}", f"Somebody {n}"]
        area = "Staff" if n % 3 else "Students"
        sheet.write_row(n + 1, 0, [n, f"person-{n}@people.example", f"07{400_000_000 + n}", area, *groups])
    book.close()
    return file.getvalue()


def _timed(
    conversation: UUID,
    verb: str,
    content: bytes,
    public_key: bytes = b"",
    *,
    waits: list[float] | None = None,
) -> float:
    """Seconds until the job is done. Meanwhile codes are asked for, one after the other, where `waits` is kept."""
    from privacy import anonymity
    from privacy.vault.interface import vault

    names = {"staff": "Staff", "students": "Students"}
    started = time.perf_counter()
    if verb == "examine":
        sealed = anonymity.sealed_file(public_key, content)
        job = vault().examine(conversation=conversation, roster=sealed, areas=names)
    else:
        job = vault().enrol(conversation=conversation, roster=content, areas=list(names))
    asked_at = 0.0
    for _try in range(_WITHIN * 20):
        if waits is not None:
            asked_at = _ask_for_code(conversation, asked_at, waits)
        found = vault().job(conversation=conversation, job=job)
        if found.report is not None:
            assert found.state == "done", found.report.troubles[:3]
            seconds, known = time.perf_counter() - started, len(waits or [])
            # The code that was asked for while rows were written leaves only now.
            while waits is not None and len(waits) == known:
                asked_at = _ask_for_code(conversation, asked_at, waits)
                time.sleep(0.05)
            return seconds
        time.sleep(0.05)
    raise AssertionError(f"the job did not end within {_WITHIN} seconds")


def _ask_for_code(conversation: UUID, asked_at: float, waits: list[float]) -> float:
    """Whether the last code has left; then the next is asked for. Returns when that was."""
    from kernel.zones import inside_vault
    from privacy.vault.interface import vault
    from privacy.vault.models import Letter

    with inside_vault():
        if asked_at and Letter.objects.filter(is_claimed=False).exists():
            return asked_at
    if asked_at:
        waits.append(time.perf_counter() - asked_at)
    vault().send_code(conversation=conversation, address=f"person-{len(waits)}@people.example", browser="b")
    return time.perf_counter()


def _most_held(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@contextmanager
def _runner() -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(
        [sys.executable, "-m", "config.manage", "vault-run"], env=dict(os.environ), stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
