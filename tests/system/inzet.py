"""What docker-compose.yml and Dockerfile may not be, as lists of sentences; and who runs where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infra.geheimen import BEHEER, BROKER, DIENSTEN

Compose = dict[str, Any]
SHARED = {"DATABASE", "KAFKA", "GEMEENTEN", "DEMO"}
"""Settings that a Procfile's process has from whoever starts it (app/cluster.py)."""
ADDRESSES = {"HOST", "BEHEERHOST"}
"""Settings that only a container needs: a process of the Procfile listens on 127.0.0.1."""
DOOR, STORES = "proxy", {"postgres": f"{BEHEER}/database", "kafka": BROKER}
"""The one with published ports; those that keep data, each with the secrets it may have."""
_SECRET = re.compile(r"PASSWORD|WACHTWOORD|SECRET|GEHEIM|TOKEN|KEY|SLEUTEL", re.IGNORECASE)


class Rol(NamedTuple):
    """One process: what it runs as, and the names of its settings."""

    dienst: str
    rol: str
    exemplaar: str
    instellingen: frozenset[str]


def in_procfile(text: str) -> set[Rol]:
    found = set()
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        settings = dict(re.findall(r"SAMENPLAN_([A-Z]+)=(\S+)", line))
        dienst, rol = line.split(" -m app ")[1].split()
        names = frozenset(settings) | SHARED
        found.add(Rol(dienst, rol, settings.get("EXEMPLAAR", ""), names))
    return found


def in_compose(compose: Compose) -> set[Rol]:
    found = set()
    for _, service in roles(compose):
        settings = settings_of(service)
        dienst, rol = service["command"]
        names = frozenset(settings) - ADDRESSES
        found.add(Rol(dienst, rol, settings.get("EXEMPLAAR", ""), names))
    return found


def roles(compose: Compose) -> Iterator[tuple[str, Compose]]:
    """The services that are one of our roles."""
    for name, service in compose["services"].items():
        if service.get("command", [""])[0] in DIENSTEN:
            yield name, service


def settings_of(service: Compose) -> dict[str, str]:
    found = service.get("environment", {})
    return {k.removeprefix("SAMENPLAN_"): v for k, v in found.items() if k.startswith("SAMENPLAN_")}


def faults(compose: Compose) -> list[str]:
    """What is wrong with the safety of the whole."""
    found = []
    for name, service in compose["services"].items():
        found += [f"{name}: {fault}" for fault in _faults(name, service)]
    for name, service in roles(compose):
        found += [f"{name}: {fault}" for fault in _role_faults(compose, service)]
    for name, secrets in STORES.items():
        service = compose["services"][name]
        found += [f"{name}: sees secrets {seen}" for seen in secrets_of(service) if seen != secrets]
        if not _inside(compose, service):
            found.append(f"{name}: has a way outside")
    return found


def _faults(name: str, service: Compose) -> Iterator[str]:
    if name != DOOR and "ports" in service:
        yield "publishes a port"
    if not re.fullmatch(r"[1-9]\d*:\d+", service.get("user", "")):
        yield "may be root"
    if service.get("read_only") is not True:
        yield "writes to its image"
    if service.get("cap_drop") != ["ALL"] or "cap_add" in service or service.get("privileged"):
        yield "has capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if "max-size" not in service.get("logging", {}).get("options", {}):
        yield "logs without end"
    if "mem_limit" not in service:
        yield "has no memory limit"
    once = service.get("restart") == "no"
    if not once and "test" not in service.get("healthcheck", {}):
        yield "has no health check"
    if not once and "stop_grace_period" not in service:
        yield "is killed in the middle of its work"
    for key, value in service.get("environment", {}).items():
        is_path = str(value).startswith("/")
        if _SECRET.search(key) and not is_path:
            yield f"has a secret in {key}"
    if re.search(r":latest$|^[^:]+$", service["image"]):
        yield "has an image without a version"


def _role_faults(compose: Compose, service: Compose) -> Iterator[str]:
    dienst = service["command"][0]
    if service["healthcheck"]["test"] != ["CMD", "samenplan", "gezond"]:
        yield "is not asked whether it is healthy"
    if service["depends_on"].get("migreer") != {"condition": "service_completed_successfully"}:
        yield "does not wait for the migration"
    if list(secrets_of(service)) != [dienst]:
        yield f"sees secrets {list(secrets_of(service))}"
    writes = not service["volumes"][0].get("read_only")
    if writes and service["command"] != ["consent", "api"]:
        yield "may write in its secrets"
    if not _inside(compose, service):
        yield "has a way outside"
    for wie, url in settings_of(service).items():
        if url.startswith("https://") and url not in _addresses(compose, wie.lower()):
            yield f"looks for {wie.lower()} at {url}"


def secrets_of(service: Compose) -> Iterator[str]:
    """Which folders of the secrets a service sees; all of them is `*`."""
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            if volume.startswith("geheimen:"):
                yield "*"
        elif volume["source"] == "geheimen":
            yield volume.get("volume", {}).get("subpath", "*")


def _inside(compose: Compose, service: Compose) -> bool:
    return all(compose["networks"][name].get("internal") for name in service["networks"])


def _addresses(compose: Compose, dienst: str) -> Iterator[str]:
    for _, service in roles(compose):
        if service["command"] == [dienst, "api"]:
            networks: Mapping[str, Any] = service["networks"]
            for network in networks.values():
                for alias in (network or {}).get("aliases", []):
                    yield f"https://{alias}:{settings_of(service)['POORT']}"


def dockerfile_faults(text: str) -> list[str]:
    found = []
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
    last = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        found.append("ends as root")
    installs = [line for line in lines if re.search(r"pip install .*-r ", line)]
    if not installs or not all("--require-hashes" in line for line in installs):
        found.append("installs without hashes")
    if any(re.match(r"(COPY|ADD) \.? ?\. ", line) or line.startswith("ADD ") for line in lines):
        found.append("takes more than it needs")
    if not all(re.search(r":\d[\w.-]+", line) for line in lines if line.startswith("FROM ")):
        found.append("stands on an image without a version")
    if 'ENTRYPOINT ["samenplan"]' not in last:
        found.append("does not start samenplan")
    if not any(line.startswith("HEALTHCHECK") and '"samenplan", "gezond"' in line for line in last):
        found.append("has no health check")
    return found
