"""Every endpoint × every role × a household of others: it makes no difference whether it exists.

Generated from the OpenAPI document, so what is published later is asked too. Compared: status,
body and headers (but for numbers and moments), the SQL statements that ran on every database, and
what was put on the record (trust: A3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from infra.logbook import logregels
from tests.client import lasting_headers
from tests.consent.huis import Huis
from tests.system.stad import stad

NUMMER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
POSITIE = re.compile(r'"positie":"[^"]*"')
VREEMDEN = {
    "tom": "professional zonder taak", "fatma": "regisseur van een ander huishouden",
    "nadia": "crisisdienst", "zora": "inwoner van een ander huishouden", "hanna": "beslisser",
    "joris": "privacy officer", "femke": "fg", "pieter": "dienstleider",
}  # fmt: skip
MAG = {
    "inzagen": {"joris", "femke"}, "huishoudensuitvoer": {"joris", "femke"}, "wis": {"hanna"},
    "draagRegieOver": {"hanna"}, "stelBeperkingVoor": {"joris"}, "vormHuishouden": {"fatma"},
}  # fmt: skip
"""What an office may ask about any household: there the answer tells whether it exists. Whoever
may form a household names a member of another one by number: a child lives in two."""
MEER: dict[str, dict[str, Any]] = {
    "corrigeerPersonalia": {"naam": "Iemand Anders"},
    "legInformatieVast": {"op": "2026-03-01", "hoe": "gesproken"},
}  # fmt: skip
"""What a request needs beyond its required fields, per operation."""
EIGEN = {
    "personen": "persoon", "gegevenDoor": "persoon", "leden": "persoon", "deelnemers": "persoon",
    "doelen": "doel", "regisseur": "medewerker",
}  # fmt: skip
"""Fields that hold the number of something under another name."""


@dataclass(frozen=True)
class Antwoord:
    """All that somebody, and whoever looks at the machine, can tell apart."""

    status: int
    tekst: str
    headers: Mapping[str, str]
    statements: tuple[str, ...]
    regels: tuple[tuple[str, bool, bool], ...]
    noemt: bool
    """Whether the request named a number that somebody could have guessed or kept."""


class Proef:
    """A household with everything in it, and who has nothing to do with it."""

    def __init__(self, huis: Huis) -> None:
        self.huis, s = huis, huis.stad
        _, (zora,) = s.huishouden("fatma", "Zora Proef")
        s.inwoner("Zora Proef", zora)
        self.ids = {
            "huishouden": str(huis.id), "persoon": str(huis.kees), "plan": huis.plan,
            "record": huis.toestemming(), "medewerker": str(s.wie["yusuf"].id),
        }  # fmt: skip
        wie = {"deelnemers": [str(huis.anna)]}
        hier = f"/huishoudens/{huis.id}"
        self.ids["gesprek"] = s.doe("ellen", f"{hier}/gesprekken", wie)["id"]
        in_gesprek = f"/gesprekken/{self.ids['gesprek']}"
        s.doe("ellen", f"{in_gesprek}/zittingen", wie | {"minuten": 30})
        self.ids["notitie"] = s.doe("ellen", f"{in_gesprek}/notities", {
            "personen": [str(huis.anna)], "leefgebied": "wonen", "reden": "vraag",
            "zorgen": {"tekst": "vocht", "bron": "gezien"}})["id"]  # fmt: skip
        self.ids["doel"] = s.doe("ellen", f"/plannen/{huis.plan}/doelen", {
            "personen": [str(huis.anna)], "woorden": "droog", "resultaat": "droog huis",
            "leefgebied": "wonen", "evaluatieOp": "2026-09-01"})["id"]  # fmt: skip
        taken = huis.consent.taken
        self.ids["taak"] = str(
            taken.ontsta(
                "verjaardag-16", "regisseur", huis.kees, date(2028, 1, 5), taken.systeem(), huis.id
            )
        )
        s.world.worker.drain()
        self.document: dict[str, Any] = s.client.get("/v1/openapi.json").json()

    def vraag(self, wie: str, methode: str, pad: str, ids: Mapping[str, str]) -> Antwoord:
        operatie = self.document["paths"][pad][methode.lower()]
        ingevuld = re.sub(r"\{(\w+)\}", lambda m: self.waarde(m[1], ids), pad)
        params = {
            p["name"]: self.waarde(p["name"], ids)
            for p in operatie.get("parameters", [])
            if p["in"] == "query" and "uuid" in str(p["schema"])
        }
        params |= {
            p["name"]: self.voorbeeld(p["schema"], p["name"], ids)
            for p in operatie.get("parameters", [])
            if p["in"] == "query" and p.get("required")
        }
        inhoud = None
        if "requestBody" in operatie:
            schema = operatie["requestBody"]["content"]["application/json"]["schema"]
            inhoud = self.voorbeeld(schema, "", ids) | MEER.get(operatie["operationId"], {})
        gevraagd = f"{ingevuld} {params} {inhoud}"
        voor = self.huis.regels()
        with self._statements() as ran:
            answer = self.huis.stad.vraag(
                methode, wie, ingevuld, inhoud, volg=False, params=params,
                headers={"Idempotency-Key": str(uuid4()), "If-Match": '"x"'},
            )  # fmt: skip
        with self.huis.consent.database.read() as tx:
            regels = tx.execute(
                select(logregels.c.soort, logregels.c.huishouden, logregels.c.persoon)
                .where(logregels.c.nr > voor)
                .order_by(logregels.c.nr)
            ).all()
        return Antwoord(
            answer.status_code, POSITIE.sub("#", NUMMER.sub("#", answer.text)),
            {k: v for k, v in lasting_headers(answer).items() if k != "etag"}, tuple(ran),
            tuple((r.soort, r.huishouden is None, r.persoon is None) for r in regels),
            any(ids[naam] in gevraagd for naam in ids if naam != "medewerker"),
        )  # fmt: skip

    def operaties(self) -> Iterator[tuple[str, str, str]]:
        """All that is published: method, path, name."""
        for pad, methods in self.document["paths"].items():
            for methode, operatie in methods.items():
                yield methode.upper(), pad, operatie["operationId"]

    def niets(self) -> dict[str, str]:
        """Numbers of nothing; who works here is in a guide that everybody may read."""
        return {naam: str(uuid4()) for naam in self.ids} | {"medewerker": self.ids["medewerker"]}

    def waarde(self, naam: str, ids: Mapping[str, str]) -> str:
        return ids.get(naam, str(uuid4()))

    @contextmanager
    def _statements(self) -> Iterator[list[str]]:
        ran: list[str] = []

        def before(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            ran.append(statement)

        engines = [d.engine for d in self.huis.stad.world._databases.values()]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", before)
        try:
            yield ran
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", before)

    def voorbeeld(self, schema: dict[str, Any], naam: str, ids: Mapping[str, str]) -> Any:
        """The smallest good value of a schema; every number of something is the one asked about."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self.voorbeeld(self.document["components"]["schemas"][name], naam, ids)
        for kind in ("anyOf", "oneOf", "allOf"):
            if kind in schema:
                return self.voorbeeld(schema[kind][0], naam, ids)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object" if schema.get("title") == "Ontvanger":
                return {"medewerker": self.waarde("medewerker", ids)}
            case "object":
                nodig = schema.get("required", ())
                return {
                    veld: self.voorbeeld(deel, veld, ids)
                    for veld, deel in schema.get("properties", {}).items()
                    if veld in nodig or veld in self.ids or "const" in deel
                }
            case "array":
                return [self.voorbeeld(schema["items"], naam, ids)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return self._tekst(schema, naam, ids)

    def _tekst(self, schema: dict[str, Any], naam: str, ids: Mapping[str, str]) -> str:
        if schema.get("format") == "uuid":
            return self.waarde(EIGEN.get(naam, naam), ids)
        if schema.get("format") == "date":
            return "2026-03-01"
        if schema.get("format") == "date-time":
            return "2026-03-01T10:00:00Z"
        vast = {"herkomst": "wgs-schuldhulp", "regimes": "wgs", "gemeente": "9999"}
        return vast.get(naam, "x" * max(schema.get("minLength", 1), 10))


@pytest.fixture(scope="module")
def proef(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proef]:
    with stad(tmp_path_factory.mktemp("stad")) as made:
        yield Proef(Huis(made))


@pytest.mark.parametrize("wie", VREEMDEN)
def test_it_makes_no_difference_whether_it_exists(proef: Proef, wie: str) -> None:
    verschillen, gevraagd, geldig = [], 0, 0
    for methode, pad, operatie in proef.operaties():
        if wie in MAG.get(operatie, ()):
            continue
        eerst = proef.vraag(wie, methode, pad, proef.niets())
        if not eerst.noemt:
            continue
        er_niet = proef.vraag(wie, methode, pad, proef.niets())
        wel = proef.vraag(wie, methode, pad, proef.ids)
        gevraagd += 1
        geldig += wel.status != 400
        if wel != er_niet:
            verschillen.append((methode, pad, wel.status, er_niet.status, _eerste(wel, er_niet)))
    assert verschillen == []
    assert gevraagd > 40
    assert geldig > gevraagd * 0.95, "requests must be good ones, else nothing was asked"


def _eerste(een: Antwoord, ander: Antwoord) -> str:
    for veld in ("tekst", "headers", "regels"):
        if getattr(een, veld) != getattr(ander, veld):
            return f"{veld}: {getattr(een, veld)} / {getattr(ander, veld)}"
    verschil = [(a, b) for a, b in zip(een.statements, ander.statements, strict=False) if a != b][
        :1
    ]
    return f"statements {len(een.statements)}/{len(ander.statements)}: {verschil}"


def test_every_role_is_asked(proef: Proef) -> None:
    """A role that comes is asked as well."""
    rollen = {persona.rol for persona in proef.huis.stad.world.staff}
    assert {proef.huis.stad.wie[wie].rol for wie in VREEMDEN} == rollen
    assert UUID(proef.ids["taak"])
