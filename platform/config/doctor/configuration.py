"""Settings, secrets, role and TLS: what can be seen without asking anybody."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from config.doctor.findings import Finding, fine, look, mend
from config.embedded.trouble import CannotStart
from config.roles import ROLES, require

_SHORTEST_SECRET, _SHORTEST_PASSWORD, _FEWEST_LETTERS = 40, 16, 10
_URLS = (
    "DATABASE_URL",
    "OWNER_DATABASE_URL",
    "VAULT_DATABASE_URL",
    "VALKEY_URL",
    "VAULT_VALKEY_URL",
    "BROKER_URL",
)


def settings_are_for_production() -> Iterator[Finding]:
    wrong = False
    if settings.DEBUG:
        wrong = True
        yield mend("DEBUG is on: every fault would show its values to whoever meets it. Take it out.")
    if settings.DEMO:
        wrong = True
        yield mend("DEMO is on: the base host shows everybody's mails. Take it out.")
    if settings.BASE_DOMAIN.split(":")[0] == "localhost":
        wrong = True
        yield look("BASE_DOMAIN is localhost, so sites answer on this machine only. Set it to your domain.")
    if settings.LOGGING["root"]["level"] == "DEBUG":
        wrong = True
        yield mend("LOG_LEVEL is DEBUG: libraries would log what they send. Set it to INFO or WARNING.")
    if not wrong:
        yield fine("Settings are those of a production site.")


def secrets_are_strong() -> Iterator[Finding]:
    weak = False
    for name in ("SECRET_KEY", "VAULT_TOKEN"):
        value = os.environ.get(name, "")
        if value and (len(value) < _SHORTEST_SECRET or len(set(value)) < _FEWEST_LETTERS):
            weak = True
            yield mend(
                f"{name} can be guessed. Take a new one of 40 letters or more; `manage secrets` makes them."
            )
    for name in _URLS:
        url = urlsplit(os.environ.get(name, ""))
        if url.hostname and len(url.password or "") < _SHORTEST_PASSWORD:
            weak = True
            yield mend(
                f"{name} has a password of fewer than 16 letters, or none. Give that login a longer one."
            )
    if not weak:
        yield fine("Secrets and passwords are long enough.")


def only_its_own_secrets() -> Iterator[Finding]:
    role = ROLES.get(settings.ROLE)
    if role is None:
        yield look(
            "This is no process of its own, so it may know everything. `manage run web doctor` looks at one."
        )
        return
    try:
        require(role, os.environ)
    except CannotStart as trouble:
        yield mend(str(trouble))
    else:
        yield fine(f"The process {role.name} has what it needs, and nothing that is another's.")


def tls_is_on() -> Iterator[Finding]:
    if settings.PLAIN_HTTP:
        yield look(
            "PLAIN_HTTP is on: cookies and pages travel readable. Only for a site on this machine alone."
        )
    elif settings.SECURE_PROXY_SSL_HEADER is None:
        yield mend(
            "BEHIND_PROXY is off, so pages believe they came over plain HTTP and all visitors count as one address."
            " Set it where a proxy of yours ends TLS, and let nobody reach this process around it."
        )
    else:
        yield fine("Cookies travel over TLS alone, and browsers are told to remember that for two years.")
