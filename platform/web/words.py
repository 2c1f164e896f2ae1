"""
The catalogues of sentences: one file for each language, for all packages (decision 015).

`make words` collects every sentence from code and templates, enters new ones into each catalogue
and compiles it. It needs no Django and no GNU gettext.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "locale"
_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_METHODS = [("**/jinja2/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
# No date and no name, so that two branches which both add sentences can be merged.
_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: {plurals}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
# Welsh counts in six forms, as CLDR does; gettext's own table, and Babel's, know fewer.
_PLURALS = {"cy": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);"}


def collected() -> Catalog:
    """Every sentence that code and templates ask for, with the files that do."""
    found = Catalog()
    for package in _PACKAGES:
        for path, _line, message, comments, context in extract_from_dir(
            ROOT / package, _METHODS, keywords=_KEYWORDS, strip_comment_tags=True, directory_filter=_is_ours
        ):
            found.add(message, None, [(f"{package}/{path}", 0)], auto_comments=comments, context=context)
    return found


def catalogue(code: str) -> Catalog:
    with (FOLDER / code / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=code)


def compiled(sentences: Catalog) -> bytes:
    """The catalogue as gettext reads it; the same bytes whenever it is compiled."""
    sentences.creation_date = _NO_DATE
    buffer = BytesIO()
    write_mo(buffer, sentences)
    return buffer.getvalue()


def codes() -> list[str]:
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/django.po"))


def troubles(sentences: Catalog, asked: Catalog) -> Iterator[str]:
    """What keeps a catalogue from being complete, one line each."""
    for message in asked:
        if not message.id:
            continue
        found = sentences.get(_id(message), message.context)
        if found is None:
            yield f"missing: {_id(message)}"
        elif found.fuzzy:
            yield f"fuzzy: {_id(message)}"
        elif not all(_forms(found)) or (found.pluralizable and len(_forms(found)) != sentences.num_plurals):
            yield f"not translated: {_id(message)}"
        elif any(_placeholders(form) != _asked_placeholders(message) for form in _forms(found)):
            yield f"other placeholders: {_id(message)}"
    for message in sentences:
        if message.id and asked.get(_id(message), message.context) is None:
            yield f"nobody asks for: {_id(message)}"


def update(code: str, asked: Catalog) -> Catalog:
    """Enter new sentences, drop those nobody asks for, compile. A changed sentence is a new one."""
    path = FOLDER / code / "LC_MESSAGES" / "django.po"
    known = catalogue(code) if path.exists() else Catalog(locale=code)
    header = _HEADER.format(code=code, plurals=_PLURALS.get(code, known.plural_forms)).encode()
    new = read_po(BytesIO(header), locale=code)
    for message in asked:
        there = known.get(_id(message), message.context)
        if message.id:
            string = there.string if there is not None and not there.fuzzy else ""
            new.add(
                message.id,
                string or None,
                [(path, 0) for path, _line in message.locations],
                auto_comments=message.auto_comments,
                context=message.context,
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, new, sort_output=True, include_lineno=False, width=110, omit_header=True)
    path.write_bytes(header + text.getvalue())
    new = catalogue(code)
    path.with_suffix(".mo").write_bytes(compiled(new))
    return new


def main(more: list[str]) -> int:
    """Update all catalogues, and make one for each code given. Returns 1 while any is incomplete."""
    asked, incomplete = collected(), 0
    for code in sorted({*codes(), *more}):
        found = list(troubles(update(code, asked), asked))
        incomplete |= bool(found)
        sys.stdout.write("".join(f"{code}: {line}\n" for line in [*found, f"{len(found)} to do"]))
    return incomplete


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in {"node_modules", "static", "migrations", "__pycache__"}


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def _asked_placeholders(message: Message) -> list[str]:
    return _placeholders(message.id if isinstance(message.id, str) else message.id[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
