"""Own domains: nobody takes a name that is another's, and only real ones get a certificate (R40)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from kernel.dns import NamesAway
from kernel.messages import letters
from kernel.tenancy import tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Domain, DomainState, Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tenants.queries.domains import domains_of
from tenants.services import domains
from tests.making import enrol, make_conversation, make_organisation, new_address
from tests.named import Names, names_served
from tests.staffing import make_staff


@pytest.fixture
def served() -> Iterator[Names]:
    with names_served() as names:
        yield names


@pytest.fixture
def operator() -> Staff:
    return make_staff(Role.OPERATOR)


@pytest.fixture
def client() -> Organisation:
    return make_organisation()


def publish(served: Names, domain: Domain) -> None:
    served.texts[f"_conversations.{domain.domain}"] = ["v=spf1 -all", domains.PREFIX + domain.token]


def verified(served: Names, by: Staff, organisation: Organisation, name: str) -> Domain:
    made = domains.add_domain(by=by, organisation=organisation, name=name)
    publish(served, made)
    domains.check_domain(by=by, organisation=organisation, domain=made.pk)
    return made


def may_issue(name: str) -> int:
    return Client(headers={"host": "localhost"}).get("/_tls/may-issue", {"domain": name}).status_code


def test_a_name_answers_once_its_record_is_there(
    served: Names, operator: Staff, client: Organisation
) -> None:
    name = f"{client.slug}.example"
    made = domains.add_domain(by=operator, organisation=client, name=f" {name.upper()}. ")
    which: dict[str, Any] = {"by": operator, "organisation": client, "domain": made.pk}

    with pytest.raises(domains.NotVerifiedYet):
        domains.check_domain(**which)
    served.texts[f"_conversations.{name}"] = [domains.PREFIX + "0" * 32]
    with pytest.raises(domains.NotVerifiedYet):
        domains.check_domain(**which)
    assert Client(headers={"host": name}).get("/").status_code == 404
    assert may_issue(name) == 404

    publish(served, made)
    domains.check_domain(**which)

    assert client.name in Client(headers={"host": name}).get("/").content.decode()
    assert may_issue(name) == 200


def test_a_resolver_that_fails_proves_nothing(served: Names, operator: Staff, client: Organisation) -> None:
    made = domains.add_domain(by=operator, organisation=client, name=f"{client.slug}.example")
    served.is_broken = True

    with pytest.raises(NamesAway):
        domains.check_domain(by=operator, organisation=client, domain=made.pk)


@pytest.mark.parametrize(
    "name",
    [
        *("", "example", "https://talk.example.org", "talk.example.org/path", "talk.example.org:8000"),
        *(
            "10.0.0.1",
            "[::1]",
            "*.example.org",
            "under_score.example.org",
            "-a.example.org",
            "a..example.org",
        ),
        *("a b.example.org", "a" * 64 + ".example.org", ".".join(["abcdefgh"] * 32), "talk.example.org\n.x"),
    ],
)
def test_what_is_no_host_name_is_refused(operator: Staff, client: Organisation, name: str) -> None:
    with pytest.raises(domains.DomainNotUsable):
        domains.add_domain(by=operator, organisation=client, name=name)


@pytest.mark.parametrize("name", ["localhost", "console.localhost", "acme.localhost", "Other.LocalHost."])
def test_our_own_names_are_not_given_away(operator: Staff, client: Organisation, name: str) -> None:
    with pytest.raises((domains.DomainIsOurs, domains.DomainNotUsable)):
        domains.add_domain(by=operator, organisation=client, name=name)


def test_names_that_only_look_alike_are_refused_or_shown_as_they_are(
    operator: Staff, client: Organisation
) -> None:
    """A Cyrillic letter among Latin ones; and a name of one script, which is shown in both forms."""
    with pytest.raises(domains.DomainLooksAlike):
        domains.add_domain(by=operator, organisation=client, name="t\u0430lk.example.org")

    made = domains.add_domain(by=operator, organisation=client, name="sgŵrs.example")
    (line,) = [line for line in domains_of(client.pk) if line.domain.pk == made.pk]
    assert (line.domain.domain, line.shown) == ("xn--sgrs-c9a.example", "sgŵrs.example")
    assert line.is_written_otherwise


def test_a_name_that_is_taken_names_nobody(operator: Staff, client: Organisation, acme: Organisation) -> None:
    domains.add_domain(by=operator, organisation=acme, name=f"{client.slug}.example")

    with pytest.raises(domains.DomainTaken) as refused:
        domains.add_domain(by=operator, organisation=client, name=f"{client.slug}.example")

    assert acme.name not in refused.value.sentence


def test_the_main_address_stands_in_letters(served: Names, operator: Staff, client: Organisation) -> None:
    with tenant_context(client.tenant):
        talk = make_conversation()
    made = verified(served, operator, client, f"{client.slug}.example")

    domains.make_main(by=operator, organisation=client, domain=made.pk)

    address = new_address()
    with tenant_context(client.tenant):
        enrol(talk, address)
        vault().send_code(conversation=talk.pk, address=address, browser="b")
    runner.run_waiting()
    (letter,) = letters(to=address)
    assert f"http://{client.slug}.example/{talk.slug}/" in letter.text


def test_another_address_leads_on_only_when_asked_to(
    served: Names, operator: Staff, client: Organisation
) -> None:
    made = verified(served, operator, client, f"{client.slug}.example")
    domains.make_main(by=operator, organisation=client, domain=made.pk)
    own = next(line.domain for line in domains_of(client.pk) if line.domain.is_ours)
    browser = Client(headers={"host": own.domain})
    assert browser.get("/").status_code == 200

    domains.lead_on(by=operator, organisation=client, domain=own.pk, leads=True)

    assert browser.get("/a/?b=c")["Location"] == f"http://{client.slug}.example/a/?b=c"
    assert browser.get("//evil.example/")["Location"].startswith(f"http://{client.slug}.example/")
    with pytest.raises(domains.MainAddressStays):
        domains.lead_on(by=operator, organisation=client, domain=made.pk, leads=True)


def test_what_may_be_removed(served: Names, operator: Staff, client: Organisation) -> None:
    made = verified(served, operator, client, f"{client.slug}.example")
    own = next(line.domain for line in domains_of(client.pk) if line.domain.is_ours)
    which: dict[str, Any] = {"by": operator, "organisation": client}

    with pytest.raises(domains.OwnNameStays):
        domains.remove_domain(**which, domain=own.pk)
    domains.remove_domain(**which, domain=made.pk)

    assert Client(headers={"host": made.domain}).get("/").status_code == 404
    assert may_issue(made.domain) == 404


def test_only_operators_change_names(acme: Organisation) -> None:
    with pytest.raises(RoleMissing):
        domains.add_domain(
            by=make_staff(Role.SUPPORT, organisation=acme), organisation=acme, name="a.example"
        )


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("localhost", 200), ("console.localhost", 200), ("acme.localhost", 200), ("ACME.localhost.", 200)),
        *(("nobody.localhost", 404), ("", 404), ("evil.example", 404), ("x" * 5000, 404)),
    ],
)
def test_certificates_are_for_names_that_answer(name: str, status: int) -> None:
    assert may_issue(name) == status


def test_the_answer_about_certificates_names_nobody(acme: Organisation) -> None:
    told = Client(headers={"host": "localhost"}).get("/_tls/may-issue?domain=acme.localhost")

    assert told.content == b"yes"


def test_waiting_names_are_not_verified_by_default(acme: Organisation, operator: Staff) -> None:
    made = domains.add_domain(by=operator, organisation=acme, name=f"{operator.id}.example")

    assert made.state == DomainState.WAITING
