"""docker-compose.yml and Dockerfile, checked without an engine: each check also against a copy in
which what it forbids was done."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from app.__main__ import cli
from infra.geheimen import BEHEER, BROKER
from infra.settings import Settings
from infra.web import MAX_BODY
from tests.system.inzet import (
    Compose,
    dockerfile_faults,
    faults,
    in_compose,
    in_procfile,
    roles,
    settings_of,
)

ROOT = Path(__file__).parent.parent.parent
PROCFILE = (ROOT / "Procfile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: Compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def changed(change: Callable[[Compose], object]) -> Compose:
    compose = deepcopy(COMPOSE)
    change(compose["services"])
    return compose


def is_valid(path: Path) -> bool:
    return not subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path],
        capture_output=True,
    ).returncode


def test_compose_is_what_its_schema_says(tmp_path: Path) -> None:
    assert is_valid(ROOT / "docker-compose.yml")
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(yaml.safe_dump(changed(lambda s: s["kafka"].update(reed_only=True))))
    assert not is_valid(wrong)


# --- the same processes ----------------------------------------------------------------------


def test_compose_runs_what_the_procfile_runs() -> None:
    assert in_compose(COMPOSE) == in_procfile(PROCFILE)
    assert len(in_compose(COMPOSE)) == len(list(roles(COMPOSE))) == 15


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.pop("plan-relay"),
        lambda s: s["intake-worker-2"]["environment"].update(SAMENPLAN_EXEMPLAAR="1"),
        lambda s: s["portal-worker-1"].update(command=["portal", "api"]),
        lambda s: s["portal-api"]["environment"].pop("SAMENPLAN_CONSENT"),
        lambda s: s["plan-relay"]["environment"].update(SAMENPLAN_DATA="/data"),
    ],
    ids=["missing", "same number", "other role", "setting missing", "setting too many"],
)
def test_another_set_of_processes_is_noticed(change: Callable[[Compose], object]) -> None:
    assert in_compose(changed(change)) != in_procfile(PROCFILE)


def test_another_procfile_is_noticed() -> None:
    without = PROCFILE.replace(" SAMENPLAN_EXEMPLAAR=2", "", 1)
    assert without != PROCFILE
    assert in_compose(COMPOSE) != in_procfile(without)


def test_commands_exist() -> None:
    known = get_command(cli).commands  # type: ignore[attr-defined]
    for role in in_procfile(PROCFILE):
        assert role.rol in known[role.dienst].commands
    for name in ("geheimen", "migreer"):
        assert COMPOSE["services"][name]["command"][0] == name
        assert name in known
    assert "gezond" in known


def filled_in(value: str) -> str:
    """With the variables of an installation, or what stands in for one that is not given."""
    demo_off = value.replace("${SAMENPLAN_DEMO:-false}", "false")
    return re.sub(r"\$\{SAMENPLAN_GEMEENTEN:\?[^}]*\}", "9998,9999", demo_off)


@pytest.mark.parametrize("name", [*(name for name, _ in roles(COMPOSE)), "migreer"])
def test_settings_are_ones_that_samenplan_takes(name: str) -> None:
    service = COMPOSE["services"][name]
    given = {f"SAMENPLAN_{k}": filled_in(v) for k, v in settings_of(service).items()}
    settings = Settings.read(given).given("geheimen", "database", "kafka", "gemeenten")
    assert settings.gemeenten == ("9998", "9999")
    assert settings.demo is False
    with pytest.raises(Exception, match="bestaat niet"):
        Settings.read(given | {"SAMENPLAN_DATABAAS": "x"})


# --- safe ------------------------------------------------------------------------------------


def test_compose_has_no_faults() -> None:
    assert faults(COMPOSE) == []


WRONG: dict[str, Callable[[Compose], object]] = {
    "postgres: publishes a port": lambda s: s["postgres"].update(ports=["5432:5432"]),
    "kafka: publishes a port": lambda s: s["kafka"].update(ports=["9092:9092"]),
    "plan-api: may be root": lambda s: s["plan-api"].update(user="0:0"),
    "proxy: may be root": lambda s: s["proxy"].pop("user"),
    "portal-api: writes to its image": lambda s: s["portal-api"].pop("read_only"),
    "kafka: has capabilities": lambda s: s["kafka"].update(cap_add=["CHOWN"]),
    "migreer: may gain privileges": lambda s: s["migreer"].pop("security_opt"),
    "intake-api: logs without end": lambda s: s["intake-api"].pop("logging"),
    "consent-relay: has no memory limit": lambda s: s["consent-relay"].pop("mem_limit"),
    "kafka: has no health check": lambda s: s["kafka"].update(healthcheck={"disable": True}),
    "postgres: is killed in the middle of its work": lambda s: s["postgres"].pop(
        "stop_grace_period"
    ),
    "plan-api: has a secret in SAMENPLAN_TOKEN": lambda s: s["plan-api"]["environment"].update(
        SAMENPLAN_TOKEN="geheim"
    ),
    "postgres: has a secret in POSTGRES_PASSWORD": lambda s: s["postgres"]["environment"].update(
        POSTGRES_PASSWORD="geheim"
    ),
    "proxy: has an image without a version": lambda s: s["proxy"].update(image="nginx:latest"),
    "plan-relay: is not asked whether it is healthy": lambda s: s["plan-relay"].update(
        healthcheck={"test": ["CMD", "true"]}
    ),
    "plan-relay: does not wait for the migration": lambda s: s["plan-relay"].update(depends_on={}),
    "intake-api: sees secrets ['*']": lambda s: s["intake-api"].update(
        volumes=[{"type": "volume", "source": "geheimen", "target": "/geheimen", "read_only": True}]
    ),
    "intake-api: sees secrets ['plan']": lambda s: s["intake-api"].update(
        volumes=s["plan-api"]["volumes"]
    ),
    "kafka: sees secrets *": lambda s: s["kafka"]["volumes"].append("geheimen:/geheimen"),
    "postgres: sees secrets broker": lambda s: s["postgres"].update(volumes=s["kafka"]["volumes"]),
    "plan-api: may write in its secrets": lambda s: s["plan-api"].update(
        volumes=[s["plan-api"]["volumes"][0] | {"read_only": False}]
    ),
    "postgres: has a way outside": lambda s: s["postgres"].update(networks=["binnen", "buiten"]),
    "portal-api: has a way outside": lambda s: s["portal-api"]["networks"].update(buiten=None),
    "plan-api: looks for consent at https://consent:8102": lambda s: s["plan-api"][
        "environment"
    ].update(SAMENPLAN_CONSENT="https://consent:8102"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_each_fault_is_noticed(fault: str) -> None:
    assert fault in faults(changed(WRONG[fault]))


def test_dockerfile_has_no_faults() -> None:
    assert dockerfile_faults(DOCKERFILE) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("USER 10001:10001\n", "", "ends as root"),
        ("USER 10001:10001", "USER root", "ends as root"),
        (" --require-hashes", "", "installs without hashes"),
        ("COPY app app", "COPY . .", "takes more than it needs"),
        (":3.11-slim-bookworm AS", " AS", "stands on an image without a version"),
        ('ENTRYPOINT ["samenplan"]', 'ENTRYPOINT ["sh"]', "does not start samenplan"),
        ("HEALTHCHECK", "LABEL", "has no health check"),
    ],
)
def test_each_fault_of_a_dockerfile_is_noticed(was: str, becomes: str, fault: str) -> None:
    assert was in DOCKERFILE
    assert fault in dockerfile_faults(DOCKERFILE.replace(was, becomes))


# --- what must agree with something elsewhere --------------------------------------------------


def test_image_is_made_of_what_the_context_lets_through() -> None:
    allowed = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), flags=re.M))
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.M)
        for source in line.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_versions_are_those_the_tests_run_on() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items()}
    pom = (ROOT / "infra/testbed/pom.xml").read_text()
    [kafka] = re.findall(r"kafka_2\.13</artifactId>\s*<version>([\d.]+)<", pom)
    assert images["kafka"] == f"apache/kafka:{kafka}"
    project = (ROOT / "pyproject.toml").read_text()
    [version] = re.findall(r'^version = "(.+)"$', project, flags=re.M)
    assert {images[name] for name, _ in roles(COMPOSE)} == {f"samenplan:{version}"}
    [uv] = re.findall(r"uv==[\d.]+", (ROOT / "infra/install.sh").read_text())
    assert uv in DOCKERFILE


def test_broker_and_proxy_refuse_what_they_should() -> None:
    broker = dict(
        line.split("=", 1)
        for line in (ROOT / "infra/compose/kafka.properties").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert broker["ssl.client.auth"] == "required"
    assert broker["listener.security.protocol.map"] == "CLIENTS:SSL,CONTROLLER:SSL"
    assert broker["allow.everyone.if.no.acl.found"] == "false"
    assert broker["super.users"] == f"User:{BEHEER};User:{BROKER}"
    proxy = (ROOT / "infra/compose/nginx.conf").read_text()
    assert f"client_max_body_size {MAX_BODY // 1024}k;" in proxy
    assert re.findall(r"proxy_pass (\S+);", proxy) == ["$portal"]
