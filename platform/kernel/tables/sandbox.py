"""Reading a table in a process of its own, which is ended when it takes too much."""

import contextlib
import importlib.util
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kernel.tables.refused import TOO_MUCH, TOO_MUCH_CODED, TableRefused

MOST_BYTES = 10 * 1024 * 1024
_SECONDS = 19.0
_MOST_ANSWER = 96 * 1024 * 1024
_TOO_BIG = "The file is larger than 10 MB. Leave out what is not needed, or split it."
# Neither the environment, nor the current folder, nor what a virtual environment installs besides is looked at.
_START = "import sys; sys.path[:0] = sys.argv[2:]; from kernel.tables import child; child.main()"


@dataclass(frozen=True, slots=True)
class Table:
    """`rows[n]` is row n + 1 of the file, the first one that names columns included."""

    form: str
    sheets: int
    rows: list[list[str]]


class _Answer(msgspec.Struct):
    form: str = ""
    sheets: int = 1
    rows: list[list[str]] = []
    refusal: str = ""


def read_table(content: bytes, *, is_prose: bool = False) -> Table:
    """
    The rows of a CSV or XLSX file that somebody else made. Takes 20 seconds at most.

    Cells are one line of a few words, or with `is_prose` whole texts that keep their lines.

    Raises TableRefused with the reason in one sentence.
    """
    if len(content) > MOST_BYTES:
        raise TableRefused(_TOO_BIG)
    try:
        answer = msgspec.json.decode(_run(content, "prose" if is_prose else "words"), type=_Answer)
    except msgspec.DecodeError as broken:
        raise TableRefused(TOO_MUCH) from broken
    if answer.refusal:
        raise TableRefused(answer.refusal)
    return Table(form=answer.form, sheets=answer.sheets, rows=answer.rows)


class Coded(msgspec.Struct):
    """A code for the characters from start up to end, by its place in the codebook; -1 and -1 is the whole text."""

    code: int
    start: int
    end: int


class CodeRead(msgspec.Struct):
    """`parent` is the place of the code above in the same list, always before this one; -1 at the top."""

    guid: str
    name: str
    definition: str
    colour: str
    parent: int


class SourceRead(msgspec.Struct):
    text: str
    given: list[Coded]


class Codebook(msgspec.Struct):
    """What a REFI-QDA codebook or project holds, as far as we take it in."""

    codes: list[CodeRead] = []
    sources: list[SourceRead] = []
    refusal: str = ""


def read_codebook(content: bytes) -> Codebook:
    """
    The codes, and of a project the plain texts with what was coded in them, of a REFI-QDA file (QDC, QDPX).

    Raises TableRefused with the reason in one sentence.
    """
    if len(content) > MOST_BYTES:
        raise TableRefused(_TOO_BIG)
    try:
        answer = msgspec.json.decode(_run(content, "codebook"), type=Codebook)
    except msgspec.DecodeError as broken:
        raise TableRefused(TOO_MUCH_CODED) from broken
    if answer.refusal:
        raise TableRefused(answer.refusal)
    return answer


def _run(content: bytes, cells: str) -> bytes:
    """What the process answers; less than all of it where it was ended."""
    command = [sys.executable, "-I", "-S", "-B", "-c", _START, cells, *_folders()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    ) as child:
        ending = threading.Timer(_SECONDS, child.kill)
        writing = threading.Thread(target=_write, args=(child, content), daemon=True)
        ending.start()
        writing.start()
        try:
            answer = child.stdout.read(_MOST_ANSWER + 1) if child.stdout else b""
        finally:
            child.kill()
            ending.cancel()
            writing.join()
    return answer if len(answer) <= _MOST_ANSWER else b""


def _write(child: "subprocess.Popen[bytes]", content: bytes) -> None:
    # A process that was ended takes no more.
    with contextlib.suppress(BrokenPipeError), child.stdin or contextlib.nullcontext() as pipe:
        if pipe:
            pipe.write(content)


def _folders() -> list[str]:
    """Where our own modules and the parsers lie."""
    lies_at = [Path(__file__).parents[2]]
    for name in ("python_calamine", "lxml"):
        parser = importlib.util.find_spec(name)
        if parser and parser.origin:
            lies_at.append(Path(parser.origin).parents[1])
    return [str(folder) for folder in dict.fromkeys(lies_at)]
