"""Where help is found, out of an organisation's support page, as plain words for a message."""

import re

from conversations.queries.pages import PLACEHOLDER

# A message begins with these; the whole page is a step away.
_MOST = 1400
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_MARKS = re.compile(r"\*\*|__|`|^#+\s*|^>\s?", re.MULTILINE)


def signposts_in(page: str, *, organisation: str) -> str:
    """Whole paragraphs from the beginning of a page in Markdown, without its marks, as many as fit."""
    text = PLACEHOLDER.sub("", _LINK.sub(_as_words, page.replace("{organisation}", organisation)))
    kept: list[str] = []
    for paragraph in _MARKS.sub("", text).split("\n\n"):
        if sum(map(len, kept)) + len(paragraph) > _MOST:
            break
        if paragraph.strip():
            kept.append(paragraph.strip())
    return "\n\n".join(kept)


def _as_words(link: re.Match[str]) -> str:
    """A telephone number is its own words; an address stands behind them."""
    words, address = link[1], link[2]
    if "{" in address or address.removeprefix("tel:").replace(" ", "") == words.replace(" ", ""):
        return words
    return words if words in address else f"{words} ({address.removeprefix('mailto:')})"
