"""The topology itself: what each process knows and holds open, and how it ends."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

from config.roles import ROLES, SECRETS
from tests.journeys.conftest import Product
from tests.topology import LASTING, Topology

_SITES = ("web", "worker", "provision", "scheduler", "watch")
_TOKEN = re.compile(r'csrfmiddlewaretoken" value="([^"]+)')


def _all_of(topology: Topology, service: str) -> Iterator[int]:
    """A process and those it started."""
    first = psutil.Process(topology.processes[service].pid)
    yield from (found.pid for found in [first, *first.children(recursive=True)])


def _environment(pid: int) -> dict[str, str]:
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)


def _ports_it_speaks_to(pid: int) -> set[int]:
    """By /proc: inodes of its own sockets, looked up in the table of connections."""
    inodes = {link.removeprefix("socket:[").rstrip("]") for link in _open(pid) if link.startswith("socket:[")}
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[2].split(":")[1], 16) for row in rows if row[9] in inodes}


def _open(pid: int) -> list[str]:
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return links


@pytest.mark.parametrize("service", LASTING)
def test_a_process_knows_its_own_secrets_and_no_other(topology: Topology, service: str) -> None:
    """R72: read from the running process, not from what it should have been given."""
    role = ROLES[service]
    strange = {
        file.read_text(): f"{file.parent.name}/{file.name}"
        for file in (topology.folder / "secrets").glob("*/*")
        if file.name in SECRETS - role.needs - role.may_know
    }

    for pid in _all_of(topology, service):
        known = _environment(pid)
        assert {name for name in known if name in SECRETS} <= role.needs | role.may_know
        assert not [where for value, where in strange.items() if value in "\n".join(known.values())]


@pytest.mark.parametrize("service", _SITES)
def test_the_sites_have_no_way_to_the_vault(topology: Topology, product: Product, service: str) -> None:
    """R72, I28, adversary 14: environment, open sockets, open files, credentials."""
    httpx.get(f"http://127.0.0.1:{product.port}/healthz", trust_env=False)
    vaults = [str(topology.folder / "keys"), str(topology.folder / "secrets" / "vault")]

    for pid in _all_of(topology, service):
        assert topology.ports["vault-database"] not in _ports_it_speaks_to(pid)
        assert not [path for path in _open(pid) if path.startswith(tuple(vaults))]
        known = _environment(pid)
        assert not {"VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE"} & set(known)
        for url in [value for value in known.values() if value.startswith("postgresql://")]:
            _is_refused_by_the_vault(url, topology)


def _is_refused_by_the_vault(url: str, topology: Topology) -> None:
    """Every name and password that it has, tried at the vault's own server."""
    there = re.sub(r"@[^/]+/\w+", f"@127.0.0.1:{topology.ports['vault-database']}/vault", url)
    for tried in (there, re.sub(r"//\w+:", "//vault:", there), re.sub(r"//\w+:", "//postgres:", there)):
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(tried)


def test_the_vault_speaks_to_its_own_server_and_to_nobody_elses(topology: Topology) -> None:
    """R72: it opens people, and cannot read what anybody wrote."""
    for _try in range(300):
        processes = [
            pid for service in ("vault-service", "vault-runner") for pid in _all_of(topology, service)
        ]
        spoken = {port for pid in processes for port in _ports_it_speaks_to(pid)}
        assert topology.ports["database"] not in spoken
        if topology.ports["vault-database"] in spoken:
            return
        time.sleep(0.1)  # the runner may still be on its way to its first look

    raise AssertionError(f"The vault speaks to {spoken} only.")


def test_valkeys_users_are_apart(topology: Topology) -> None:
    web = redis.Redis.from_url(topology.secret("web", "VALKEY_URL"))

    with pytest.raises(redis.exceptions.NoPermissionError):
        web.get("vault:anything")
    with pytest.raises(redis.exceptions.NoPermissionError):
        redis.Redis.from_url(topology.secret("vault-service", "VAULT_VALKEY_URL")).get("web:celery:anything")


def test_a_process_that_is_given_too_much_does_not_start(topology: Topology) -> None:
    """R72: said in a sentence, before anything is opened."""
    import subprocess

    too_much = {**topology.environment("web"), "VAULT_DATABASE_URL": "postgresql://vault@nowhere/vault"}
    done = subprocess.run(topology.command("web"), env=too_much, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "web was given VAULT_DATABASE_URL, which it must not know" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_numbers_are_told_elsewhere_than_the_sites(topology: Topology, product: Product) -> None:
    """R73."""
    for host in ("localhost", "console.localhost", "demo-hospital.localhost"):
        page = httpx.get(f"http://127.0.0.1:{product.port}/metrics", headers={"host": host}, trust_env=False)
        assert page.status_code == 404

    web = httpx.get(f"http://127.0.0.1:{topology.ports['web-metrics']}/metrics", trust_env=False).text
    whole = httpx.get(f"http://127.0.0.1:{topology.ports['watch']}/metrics", trust_env=False).text
    assert "process_resident_memory_bytes" in web
    for part in ("database", "valkey", "broker", "vault", "files"):
        assert f'conversations_part_up{{part="{part}"}} 1.0' in whole


def test_the_web_process_ends_what_it_began(topology: Topology, product: Product) -> None:
    """R72: told to stop under load it loses nothing that it acknowledged."""
    client = _somebody(product)
    stream = re.search(r"/workplace/stream/[0-9a-f-]{36}/", client.get("/workplace/").text)
    assert stream is not None
    acknowledged: list[str] = []
    posting = threading.Thread(target=_post_until_refused, args=(client, stream[0], acknowledged))

    posting.start()
    while len(acknowledged) < 3:
        time.sleep(0.05)
    ended = topology.stop(["web"])
    posting.join(30)
    topology.begin("web")
    topology.wait(f"http://127.0.0.1:{product.port}/readyz")

    assert ended == {"web": 0}
    found = product.in_hospital(
        "from conversations.models import Idea; print(*Idea.objects.values_list('text', flat=True), sep='|')"
    )
    assert [text for text in acknowledged if text not in found] == []


def _somebody(product: Product) -> httpx.Client:
    host = {"host": f"demo-hospital.localhost:{product.port}"}
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{product.port}", headers=host, trust_env=False, timeout=20
    )
    known = product.codes()
    page = client.get("/workplace/sign-in/")
    _send(client, page, address="max@demo.example")
    page = client.get("/workplace/sign-in/code/")
    _send(client, page, code=product.next_code(known))
    survey = client.get("/workplace/survey/")
    if survey.status_code == 200:
        _send(client, survey, skip="skip")
    return client


def _send(client: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    token = _TOKEN.search(page.text)
    assert token is not None, page.text[:500]
    return client.post(page.url.path, data={"csrfmiddlewaretoken": token[1], **fields})


def _post_until_refused(client: httpx.Client, stream: str, acknowledged: list[str]) -> None:
    import uuid

    page = client.get(stream)
    for number in range(500):
        text = f"Drained number {number} of {uuid.uuid4().hex}"
        try:
            token = _TOKEN.search(page.text)
            assert token is not None
            fields = {"csrfmiddlewaretoken": token[1], "text": text, "form": str(uuid.uuid4())}
            answer = client.post(f"{stream}write/", data=fields)
        except httpx.HTTPError:
            return
        if answer.status_code == 302:
            acknowledged.append(text)
        else:
            time.sleep(0.2)


def test_a_worker_ends_its_task_and_leaves_the_others_in_the_queue(topology: Topology) -> None:
    """R72: nothing is left hanging between queue and worker until somebody's patience runs out."""
    web = redis.Redis.from_url(topology.secret("web", "VALKEY_URL"))
    queue_all = "from config.celery import app; [app.tasks['conversations.fill_queue_everywhere'].delay() for _ in range(60)]"
    _as(topology, "worker", "shell", "--no-imports", "-c", queue_all)

    ended = topology.stop(["worker"])
    hanging = web.hlen("web:celery:unacked")
    topology.begin("worker")

    assert ended == {"worker": 0}
    assert hanging == 0
    for _try in range(600):
        if web.llen("web:celery:celery") == 0:
            break
        time.sleep(0.1)
    assert web.llen("web:celery:celery") == 0


def _as(topology: Topology, service: str, *arguments: str) -> None:
    import subprocess

    command = [*topology.command(service), *arguments]
    done = subprocess.run(
        command, env=topology.environment(service), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_runner_ends_when_it_is_told(topology: Topology) -> None:
    assert topology.stop(["vault-runner"]) == {"vault-runner": 0}
    topology.begin("vault-runner")
    assert topology.processes["vault-runner"].poll() is None
