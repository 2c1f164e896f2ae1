"""What is brought in from others, and what must never lie in the tree: without asking anybody on the network."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.version import Version

_ROOT = Path(__file__).resolve().parents[2]
_LOCKS = _ROOT / "deploy" / "requirements"
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
# Versions below these have holes that the design pages name.
_AT_LEAST = {
    "django": ("5.2.16", "a line end in a domain name passed for valid"),
    "django-tenants": ("4.0.1", "a rolled back savepoint read another tenant"),
    "cryptography": ("44.0.1", "the OpenSSL of older wheels"),
    "jinja2": ("3.1.6", "a sandbox that could be left"),
    "pillow": ("11.3.0", "a picture that wrote beyond its memory"),
    "lxml": ("6.0.0", "entities were resolved by default in more places"),
    "granian": ("2.0.0", "requests that stood for two"),
}
# What may be combined with a product that is not given away, and what binds only the library itself.
_FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Zlib|HPND|Historical Permission"
    r"|CC0|0BSD|PostgreSQL|LGPL|Lesser)\b",
    re.IGNORECASE,
)
_BINDING = re.compile(r"\b(?:A?GPL|Affero|SSPL|BUSL|Commons Clause|GNU General Public)", re.IGNORECASE)
# Said nowhere in their metadata; looked up in the file beside it.
_LOOKED_UP: dict[str, str] = {}
_SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a key of Amazon": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    "a token of Slack": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of Stripe": r"\b[sr]k_live_[0-9A-Za-z]{20,}",
    "a web token": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}",
    "an address with a password": r"\b[a-z+]{3,12}://[^\s/:@\"'{}$<>]{1,40}:[^\s/:@\"'{}$<>*]{6,}@[a-z0-9-]+\.[a-z]",
    "a password in words": r"(?i)\b(?:password|passwd|secret_key|api_key|token)\b\s*[:=]\s*[\"'][A-Za-z0-9+/=_-]{24,}[\"']",
}


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [_ROOT / name for name in listed.stdout.splitlines() if (_ROOT / name).is_file()]


def _pins(lock: str) -> dict[str, str]:
    return dict(_PIN.findall((_LOCKS / lock).read_text()))


def test_every_pin_of_the_running_product_has_hashes() -> None:
    """Adversary 25: what arrives is what was looked at, or nothing is installed."""
    for lock in ("bootstrap.txt", "runtime.txt", "test.txt"):
        text = (_LOCKS / lock).read_text()
        blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert len(_PIN.findall(text)) == len([block for block in blocks if re.match(r"[a-z0-9]", block)])
        for block in blocks:
            assert re.match(r"#", block) or "--hash=sha256:" in block, block.partition("\n")[0]
        assert not re.search(r"(?:git\+|://|\.whl|file:|--(?:extra-)?index)", text), lock


def test_the_tests_run_with_what_runs() -> None:
    runtime, tests = _pins("runtime.txt"), _pins("test.txt")

    assert {name: tests.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", list(_AT_LEAST))
def test_nothing_older_than_its_known_holes_is_pinned(name: str) -> None:
    least, why = _AT_LEAST[name]

    assert Version(_pins("runtime.txt")[name]) >= Version(least), why


def _licence_of(library: str) -> str:
    found = distribution(library).metadata
    said = [
        str(line)[:200] for name in ("License-Expression", "License") for line in found.get_all(name) or []
    ]
    said += [line for line in found.get_all("Classifier") or [] if line.startswith("License ::")]
    return " | ".join(filter(None, said)) or _LOOKED_UP.get(library, "")


def test_no_library_that_runs_binds_the_product() -> None:
    """No GPL or AGPL; LGPL and MPL bind their own files alone. From what is installed here."""
    unknown, binding = [], []
    for name in _pins("runtime.txt"):
        try:
            licence = _licence_of(name)
        except PackageNotFoundError:  # for another kind of machine
            continue
        if not _FREE.search(licence):
            unknown.append(f"{name}: {licence}")
        rest = re.sub(r"\bLGPL|Lesser General Public License[^|]*|GNU Lesser[^|]*", "", licence)
        if _BINDING.search(rest) and not re.search(r"\bOR\b|MIT|BSD|Apache", licence):
            binding.append(f"{name}: {licence}")

    assert (unknown, binding) == ([], [])


def test_what_our_styles_and_scripts_are_made_with_is_locked() -> None:
    lock = (_ROOT / "platform/web/assets/package-lock.json").read_text()

    assert lock.count('"integrity": "sha512-') >= lock.count('"node_modules/') - lock.count('"link": true')


@pytest.mark.parametrize("what", list(_SECRETS))
def test_no_secret_lies_in_the_tree(what: str) -> None:
    """ASVS 13.3.1: every file that git knows; what tests invent is as short as they can make it."""
    pattern = re.compile(_SECRETS[what])
    found = []
    for path in _tracked():
        if path.suffix in {".mo", ".woff2", ".png", ".ico"} or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        found += [
            f"{path.relative_to(_ROOT)}:{text.count(chr(10), 0, hit.start()) + 1}"
            for hit in pattern.finditer(text)
            if "user:secret@example.org" not in hit[0] + text[hit.end() : hit.end() + 20]
        ]

    assert found == []


@pytest.mark.parametrize(
    ("what", "planted"),
    [
        ("a private key", "-----BEGIN " + "RSA PRIVATE KEY-----"),
        ("a key of Amazon", "AKIA" + "ABCDEFGHIJKLMNOP"),
        ("a token of GitHub", "ghp_" + "a1" * 18),
        ("an address with a password", "postgresql://web:" + "correcthorse@db.example"),
        ("a password in words", 'SECRET_KEY = "' + "a1b2" * 8 + '"'),
    ],
)
def test_the_search_for_secrets_finds_planted_ones(what: str, planted: str) -> None:
    assert re.search(_SECRETS[what], planted)


def test_no_file_of_keys_or_settings_is_tracked() -> None:
    names = {str(path.relative_to(_ROOT)) for path in _tracked()}

    assert not [
        name
        for name in names
        if re.search(r"(?:^|/)(?:\.env|.*\.(?:pem|key|p12|pfx|kdbx|sqlite3|dump))$", name)
    ]
    assert not [name for name in names if name.startswith((".local/", "secrets/"))]
