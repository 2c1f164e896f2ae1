"""What cannot be run here is read: image, compose, Kubernetes, Amazon, each against its schema and our claims."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from config import sbom
from config.embedded.postgres import _SETTINGS
from config.roles import ROLES, SECRETS
from tests.topology import COMPOSE, ROOT

DEPLOY = ROOT / "deploy"
BASE, PRODUCTION = DEPLOY / "kubernetes" / "base", DEPLOY / "kubernetes" / "production"
OURS = {name: said for name, said in COMPOSE["services"].items() if said["image"].startswith("${IMAGE")}
VAULTS = {name for name in OURS if name.startswith("vault")}


def documents(folder: Path) -> list[dict[str, Any]]:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = [name for name in listed["resources"] if name.endswith(".yaml")]
    assert {*files, "kustomization.yaml"} == {path.name for path in folder.glob("*.yaml")}
    return [found for name in files for found in yaml.safe_load_all((folder / name).read_text())]


MANIFESTS = documents(BASE)
PODS = {
    found["metadata"]["name"]: (found, _pod)
    for found in MANIFESTS
    if found["kind"] in {"Deployment", "Job", "CronJob"}
    for _pod in [(found["spec"]["jobTemplate"] if found["kind"] == "CronJob" else found)["spec"]["template"]]
}


def policies(kind: str, role: str) -> list[dict[str, Any]]:
    """The rules of one direction that apply to a process."""
    namespace = PODS[role][0]["metadata"]["namespace"]
    found = []
    for policy in MANIFESTS:
        if policy["kind"] != "NetworkPolicy" or policy["metadata"]["namespace"] != namespace:
            continue
        selector = policy["spec"]["podSelector"]
        named = selector.get("matchLabels", {}).get("app.kubernetes.io/component")
        listed = [name for one in selector.get("matchExpressions", []) for name in one["values"]]
        if not selector or named == role or role in listed:
            found += policy["spec"].get(kind, [])
    return found


# The image --------------------------------------------------------------------------------


def test_the_image_is_of_stages_runs_as_nobody_and_installs_by_hash_alone() -> None:
    """R72."""
    text = (DEPLOY / "Dockerfile").read_text()
    last = text[text.rindex("FROM ") :]

    assert text.count("\nFROM ") == 3
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r"^WORKDIR /$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["manage", "run"]' in last
    assert not re.search(r"\b(pip|uv|apt-get|curl|wget|npm)\b", last)
    installs = re.findall(r"(?:pip|uv pip) install[^&\n]*", text)
    assert all("--require-hashes" in one or "--offline" in one for one in installs)
    assert "RUN --network=none" in text


def test_the_image_takes_along_no_secret_no_history_and_no_local_data() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert not any(
        word in rule for rule in rules if rule.startswith("!") for word in (".git", ".local", "secrets")
    )
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    allowed = {rule[1:].split("/*")[0] for rule in rules if rule.startswith("!")}
    assert {name.rsplit("/", 1)[0] if name.endswith(".txt") else name for name in copied} <= allowed


def test_the_bill_of_materials_names_every_pin_and_is_cyclonedx() -> None:
    """R72: adversary 25."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    lock = (DEPLOY / "requirements" / "runtime.txt").read_text()
    bill = sbom.bill(lock)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    pins = re.findall(r"^([a-z0-9][^=\s]*)==", lock, re.MULTILINE)
    assert [one["name"] for one in bill["components"]] == pins
    assert all(re.search(r"[0-9a-f]{64}", one["properties"][0]["value"]) for one in bill["components"])
    assert sbom.bill(lock) == bill


# compose.yaml -----------------------------------------------------------------------------


def test_compose_follows_its_published_schema() -> None:
    """R72."""
    found = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"

    jsonschema.validate(COMPOSE, json.loads(found.read_text()))


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_can_do_little(name: str) -> None:
    """R72: no root, nothing to write to, no capability, and only their own folder of secrets."""
    said = OURS[name]

    assert (said["user"], said["read_only"], said["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert said["command"] == [name]
    assert name in ROLES
    mounted = [volume for volume in said["volumes"] if "/run/secrets" in volume]
    assert mounted == [f"${{SECRETS:-./secrets}}/{name}:/run/secrets:ro"]
    given = SECRETS & set(said["environment"])
    assert given <= ROLES[name].needs | ROLES[name].may_know
    assert not given & {
        "DATABASE_URL",
        "OWNER_DATABASE_URL",
        "VAULT_DATABASE_URL",
        "SECRET_KEY",
        "VAULT_TOKEN",
    }


def test_only_the_vault_shares_a_network_with_its_database() -> None:
    """R72, I28."""
    on = {name: set(said["networks"]) for name, said in COMPOSE["services"].items()}

    assert {name for name, networks in on.items() if "vault" in networks} == VAULTS | {
        "valkey",
        "vault-database",
    }
    assert on["vault-database"] == {"vault"}
    assert on["database"] == {"inner"}
    assert not any("inner" in on[name] for name in VAULTS)
    assert {name for name, networks in on.items() if "to-vault" in networks} == {
        *("vault-service", "web", "worker", "provision", "watch")
    }
    outside = {name for name, networks in COMPOSE["networks"].items() if not (networks or {}).get("internal")}
    assert outside == {"outside"}
    published = {name for name, said in COMPOSE["services"].items() if "ports" in said}
    assert published == {"caddy"}


def test_keys_are_seen_by_the_vault_alone_and_never_beside_a_backup() -> None:
    holding = {name for name, said in COMPOSE["services"].items() if "keys:" in str(said.get("volumes"))}

    assert holding == {"vault-service", "vault-runner"}
    writing = {
        name
        for name, said in COMPOSE["services"].items()
        if any(volume.endswith("backups:/backups") for volume in said.get("volumes", []))
    }
    assert writing == {"backup", "vault-backup"}


def test_the_servers_of_compose_keep_as_quiet_as_the_embedded_ones() -> None:
    """L19."""
    for name in ("database", "vault-database"):
        said = dict(one.split("=", 1) for one in COMPOSE["services"][name]["command"][2::2])
        said = {what: value for what, value in said.items() if not what.startswith("ssl")}
        assert {what: _SETTINGS[what] for what in said} == said
        assert set(_SETTINGS) - set(said) == {"listen_addresses", "max_connections"}


def test_whoever_speaks_in_compose_and_kubernetes_asks_for_a_certificate() -> None:
    """R72, ASVS 12.3.1, 12.3.3: vault, databases, Valkey and files; nobody there speaks without TLS."""
    services = COMPOSE["services"]
    for name in ("database", "vault-database"):
        said = dict(one.split("=", 1) for one in services[name]["command"][2::2])
        assert (said["ssl"], said["ssl_key_file"]) == ("on", "/run/secrets/tls.key")
    valkey = " ".join(services["valkey"]["command"])
    assert "--port 0 --tls-port 6379 --tls-cert-file /run/secrets/tls.crt" in valkey
    assert "-s3.key.file=/run/secrets/tls.key" in services["files"]["command"]
    for name, ours in OURS.items():
        environment = ours["environment"]
        assert environment["S3_ENDPOINT"] == "https://files:8333", name
        if "VAULT_URL" in environment:
            assert environment["VAULT_URL"] == "https://vault-service:8000"
            assert environment["AWS_CA_BUNDLE"] == "/run/secrets/ca.crt"
    addresses = [
        one["value"]
        for _whole, template in PODS.values()
        for one in template["spec"]["containers"][0].get("env", [])
        if one["name"] == "VAULT_URL"
    ]
    assert set(addresses) == {"https://vault-service.conversations-vault.svc:8000"}
    assert len(addresses) == 4
    assert "VAULT_PLAIN_HTTP" not in str(COMPOSE) + str(MANIFESTS)


def test_caddy_asks_before_it_issues_and_shows_no_inner_address() -> None:
    text = (BASE / "Caddyfile").read_text()

    assert "ask http://127.0.0.1:8080/_tls/may-issue" in text
    assert "header_up Host {$BASE_DOMAIN}" in text
    assert "header_up X-Forwarded-For {remote_host}" in text
    assert "@inside path /readyz /livez /metrics" in text
    assert "exclude http.log.access" in text


# Kubernetes -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.31", "1.34"])
def test_manifests_follow_the_published_schemas(version: str) -> None:
    """R72: the strict ones, where an unknown field is refused. KEDA's kind has none here; its shape is below."""
    for found in MANIFESTS:
        if found["kind"] != "ScaledObject":
            kubernetes_validate.validate(found, version, strict=True)


@pytest.mark.parametrize("name", sorted(PODS))
def test_pods_can_do_little_and_mount_their_own_secret_alone(name: str) -> None:
    """R72."""
    _whole, template = PODS[name]
    pod = template["spec"]
    (container,) = pod["containers"]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= set(container["resources"])
    mounted = [volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume]
    assert mounted == ([] if name == "caddy" else [name])
    if name != "caddy":
        assert container["args"] == [name]
        given = {one["name"] for one in container.get("env", [])} & SECRETS
        assert given <= ROLES[name].needs


def test_no_secret_is_in_a_manifest() -> None:
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        text = path.read_text()
        assert "kind: Secret\n" not in text, path
        assert not re.search(r"(?i)password|://[^/\s]*:[^/\s]*@", text), path
    for found in MANIFESTS:
        if found["kind"] == "ConfigMap":
            assert not SECRETS & set(found["data"])


def test_the_vault_lives_in_a_namespace_of_its_own() -> None:
    for name, (whole, _template) in PODS.items():
        expected = "conversations-vault" if name.startswith("vault") else "conversations"
        assert whole["metadata"]["namespace"] == expected


def test_policies_let_only_the_vault_reach_its_database() -> None:
    """R72, I28: by the address that production replaces, in every rule that speaks of it."""
    (servers,) = [
        one for one in MANIFESTS if one["kind"] == "ConfigMap" and one["metadata"]["name"] == "servers"
    ]
    address = servers["data"]["vault-database"]
    reaching = {
        name
        for name in PODS
        for rule in policies("egress", name)
        for peer in rule["to"]
        if peer.get("ipBlock", {}).get("cidr") == address
    }
    assert reaching == {name for name in PODS if name.startswith("vault")}
    for name in PODS:
        for rule in policies("egress", name):
            for peer in rule["to"]:
                block = peer.get("ipBlock", {})
                if block.get("cidr") == "0.0.0.0/0":
                    assert set(servers["data"].values()) <= set(block["except"])
                    assert {one["port"] for one in rule["ports"]} <= {443, 587}


def test_nothing_speaks_unless_a_policy_says_so() -> None:
    for namespace in ("conversations", "conversations-vault"):
        denied = [
            one["spec"]
            for one in MANIFESTS
            if one["kind"] == "NetworkPolicy"
            and one["metadata"] == {"name": "nothing-else", "namespace": namespace}
        ]
        assert denied == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]
    (rule,) = policies("ingress", "vault-service")
    callers = {peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in rule["from"]}
    assert callers == {"web", "worker", "provision", "watch"}
    assert policies("ingress", "vault-runner") == []


def test_production_replaces_every_example_address() -> None:
    """Each place of base/network.yaml that names an example is named in production/addresses.yaml."""
    text = (BASE / "network.yaml").read_text()
    replaced = yaml.safe_load((PRODUCTION / "addresses.yaml").read_text())

    targets = [path for one in replaced for target in one["targets"] for path in target["fieldPaths"]]
    assert len(targets) == len(re.findall(r"192\.0\.2\.\d+/28", text.split("apiVersion", 1)[1]))
    for one in replaced:
        for target in one["targets"]:
            for policy in MANIFESTS:
                if (
                    policy["kind"] == "NetworkPolicy"
                    and policy["metadata"]["name"] == target["select"]["name"]
                ):
                    here: Any = policy
                    for step in target["fieldPaths"][0].split("."):
                        here = here[int(step)] if step.isdigit() else here[step]
                    assert here.startswith("192.0.2.")


def test_what_serves_has_probes_a_budget_and_time_to_end() -> None:
    """R72, R73."""
    budgets = {one["metadata"]["name"] for one in MANIFESTS if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {"web", "worker", "vault-service", "vault-runner", "caddy"}
    # Who wants a certificate of everybody is asked from inside, by a program that has one.
    inside: dict[str, Any] = {"exec": {"command": ["python", "-m", "config.answers"]}}
    web = [{"httpGet": {"path": path, "port": "http"}} for path in ("/readyz", "/livez")]
    for name, asked in {"web": web, "vault-service": [inside, {"tcpSocket": {"port": "https"}}]}.items():
        whole, template = PODS[name]
        (container,) = template["spec"]["containers"]
        for probe, expected in zip(("readinessProbe", "livenessProbe"), asked, strict=True):
            assert expected.items() <= container[probe].items()
        waits = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert waits + 25 < template["spec"]["terminationGracePeriodSeconds"]
        assert whole["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_workers_follow_the_length_of_the_queue_by_a_metric_that_exists() -> None:
    """R72: KEDA asks Prometheus for what `watch` tells."""
    (scaled,) = [one for one in MANIFESTS if one["kind"] == "ScaledObject"]
    (trigger,) = scaled["spec"]["triggers"]

    assert scaled["spec"]["scaleTargetRef"]["name"] == "worker"
    assert trigger["metadata"]["query"] == 'max(conversations_queue_length{queue="celery"})'
    assert '"queue_length"' in (ROOT / "platform" / "config" / "watching.py").read_text()
    assert "replicas" not in PODS["worker"][0]["spec"]


# Amazon -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((DEPLOY / "aws").glob("*.json")), ids=lambda path: path.name)
def test_policies_of_amazon_allow_no_star(path: Path) -> None:
    """R72: least privilege; `*` stands only where a service knows no resource, and in refusals."""
    document = json.loads(path.read_text())
    for one in document.get("Statement", []):
        if one["Effect"] != "Allow":
            continue
        actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
        assert not any("*" in action for action in actions), one
        bounded = "Condition" in one or one.get("Resource") != "*"
        assert bounded or {action.split(":")[0] for action in actions} <= {"ses", "sns"}, one


def test_each_role_of_amazon_is_shut_out_of_the_others_bucket() -> None:
    site, vault = (
        json.loads((DEPLOY / "aws" / f"role-{name}.json").read_text()) for name in ("site", "vault")
    )

    refused = {
        who: one["Resource"][0]
        for who, said in (("site", site), ("vault", vault))
        for one in said["Statement"]
        if one["Effect"] == "Deny"
    }
    assert refused == {"site": "arn:aws:s3:::conversations-keys", "vault": "arn:aws:s3:::conversations-files"}
    allowed = {action for one in site["Statement"] if one["Effect"] == "Allow" for action in one["Action"]}
    assert not any(action.startswith(("sns:", "ses:")) or action == "kms:CreateKey" for action in allowed)


def test_the_vaults_role_names_every_call_the_key_store_makes() -> None:
    text = "".join((ROOT / "privacy" / "keys" / name).read_text() for name in ("kms.py", "signing.py"))
    made = {
        "kms:" + "".join(part.title() for part in call.split("_"))
        for call in re.findall(r"_kms\.([a-z_]+)\(", text)
    }
    said = json.loads((DEPLOY / "aws" / "role-vault.json").read_text())["Statement"]
    allowed = {
        action
        for one in said
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }

    assert made <= allowed
    assert "Tags=OURS" in text
