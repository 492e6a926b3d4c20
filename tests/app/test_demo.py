"""The demo is a town as the order asks for, made through the API and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.demo import EIGEN, KLAAR, MERK, maak
from app.demo.gemeente import Klok
from app.demo.huishouden import huishoudens
from app.wiring import Embedded
from infra.auth import Rol
from infra.settings import Settings
from infra.staff import Persona
from tests.client import sync_client

NU = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Stad:
    """The filled town, and who asks it something."""

    world: Embedded
    client: httpx.Client

    def wie(self, naam: str) -> Persona:
        (persona,) = [p for p in self.world.staff if p.naam == naam]
        return persona

    def get(self, naam: str, path: str) -> Any:
        answer = self.client.get(path, headers=self.headers(naam))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def headers(self, naam: str) -> dict[str, str]:
        token = self.world.tokens.issue(self.wie(naam).aangemeld, NU)
        return {"Authorization": f"Bearer {token}"}

    def dossier_with(self, lid: str) -> Any:
        """The dossier of the household this member belongs to, as its regisseur sees it."""
        for naam in ("Ellen de Wit", "Fatma Yildiz"):
            for huis in self.get(naam, "/dossiers"):
                if lid in {member.get("persoonsnaam") for member in huis["leden"]}:
                    return self.get(naam, f"/dossiers/{huis['id']}")
        raise AssertionError(lid)


@pytest.fixture(scope="module")
def stad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stad]:
    settings = Settings(data=tmp_path_factory.mktemp("stad") / "data", demo=True)
    assert maak(settings, NU)
    world = Embedded(settings, lambda: NU)
    world.worker.drain()
    with sync_client(world.api()) as client:
        yield Stad(world, client)
    world.close()


def test_at_least_twelve_households_of_two_regisseurs(stad: Stad) -> None:
    seen = {
        huis["id"]
        for naam in ("Ellen de Wit", "Fatma Yildiz")
        for huis in stad.get(naam, "/dossiers")
    }
    assert len(seen) >= 12
    assert len(seen) == sum("leden" in told for told in huishoudens())


def test_twelve_professionals_of_at_least_six_organisations_and_every_role(stad: Stad) -> None:
    staff = list(stad.world.staff)
    professionals = [persona for persona in staff if persona.rol is Rol.PROFESSIONAL]
    assert len(professionals) == 12
    assert [persona.naam for persona in professionals if persona.nood] == ["Nadia Bouzid"]
    assert len({persona.organisatie for persona in professionals}) >= 6
    assert sum(persona.rol is Rol.INWONER for persona in staff) >= 2
    assert {persona.rol for persona in staff} == set(Rol)


def test_kinds_of_households(stad: Stad) -> None:
    def rollen(dossier: Any) -> list[str]:
        return sorted(lid["rol"] for lid in dossier["leden"])

    assert rollen(stad.dossier_with("Daan Bakker")) == ["kind", "kind", "ouder", "ouder"]
    assert rollen(stad.dossier_with("Piet de Groot")) == ["volwassene"]
    assert {"grootouder", "ouder", "kind"} <= set(rollen(stad.dossier_with("Hatice Özdemir")))
    assert set(rollen(stad.dossier_with("Jelle Wiersma"))) == {"huisgenoot"}
    assert rollen(stad.dossier_with("Wim Jacobs")) == ["partner", "partner"]
    (mo,) = stad.dossier_with("Mo Brouwer")["leden"]
    assert mo["adressen"][0]["adres"]["geenVastAdres"] is True
    assert stad.dossier_with("Thijs Mulder")["plan"]["loopt"] is False


def test_a_child_belongs_to_two_households_with_two_regisseurs(stad: Stad) -> None:
    mother, father = stad.dossier_with("Inge Vermeer"), stad.dossier_with("Bas van Loon")
    assert mother["id"] != father["id"]
    mila = {lid["id"] for lid in mother["leden"]} & {lid["id"] for lid in father["leden"]}
    assert len(mila) == 1
    assert mother["regie"]["medewerkerId"] != father["regie"]["medewerkerId"]


def test_shielded_address_is_only_for_the_regisseur(stad: Stad) -> None:
    seen = stad.dossier_with("Lot Hendriks")
    assert "Schuilplaats" in str(seen)
    other = stad.get("Karin Smeets", f"/dossiers/{seen['id']}")
    assert [lid["persoonsnaam"] for lid in other["leden"]] == ["Lot Hendriks", "Sam Hendriks"]
    assert "Schuilplaats" not in str(other)
    assert "Anderstad" not in str(other)


def test_a_melding_waits_and_is_nobodys_household(stad: Stad) -> None:
    told = [h for h in huishoudens() if "leden" not in h]
    assert [h["meldingen"][0]["over"] for h in told] == ["Alie Kuipers"]
    seen = stad.dossier_with("Kim Dekker")
    # And a second melding about somebody known is her regisseur's task; of the youth law, so that
    # it waits for consent.
    assert len(seen["meldingenDicht"]) == 1
    assert "consultatiebureau" not in str(seen)


def test_there_is_a_past_and_no_future(stad: Stad) -> None:
    dossier = stad.dossier_with("Daan Bakker")
    early = stad.client.get(
        f"/dossiers/{dossier['id']}", params={"moment": "2026-03-01T00:00:00Z"},
        headers=stad.headers("Ellen de Wit"),
    ).json()  # fmt: skip
    assert dossier["plan"]["doelen"]
    assert not early["plan"]
    said = [n["vastgelegd"]["op"] for n in dossier["notities"]]
    assert said == sorted(said)
    assert said[-1] < NU.isoformat()


def test_the_log_knows_looks_and_a_refused_outsider(stad: Stad) -> None:
    dossier = stad.dossier_with("Daan Bakker")
    lines = stad.get("Joris Meijer", f"/huishoudens/{dossier['id']}/inzagen")["regels"]
    assert {"Ellen de Wit", "Omar Haddad"} <= {line["wie"] for line in lines}
    assert "Tom Aarts" in {line["wie"] for line in lines if line["weigering"]}


def test_every_bsn_is_invented(stad: Stad) -> None:
    numbers = [
        lid["bsn"] for told in huishoudens() for lid in told.get("leden", []) if "bsn" in lid
    ]
    assert len(numbers) == len(set(numbers)) >= 8
    assert all(number.startswith("9999") for number in numbers)
    assert all(not consumer.quarantined() for consumer in stad.world.worker.consumers)


def test_nothing_readable_on_disk(stad: Stad) -> None:
    """Residents who can sign in are in the directory by name; everybody else is sealed."""
    mine = [p for p in stad.world.settings.data.iterdir() if p.suffix == ".sqlite"]
    words = re.findall(rb"[\w -]+", b"Kemal,Hatice,Schuilplaats,999910814,Elf schuldeisers")
    for path in mine:
        content = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
        assert not [word for word in words if word in content], path.name


def test_own_files_are_all_the_files(stad: Stad) -> None:
    here = {path.name for path in stad.world.settings.data.iterdir()}
    assert here <= {*EIGEN, "in-gebruik"}
    assert (stad.world.settings.data / MERK).read_text() == KLAAR


def test_somebody_can_be_added_to_the_directory(stad: Stad) -> None:
    again = type(stad.world.staff).read(stad.world.settings.data / "medewerkers.json")
    assert list(again) == list(stad.world.staff)
    assert stad.wie("Piet de Groot").rol is Rol.INWONER


def test_health_tells_a_stopped_consumer(tmp_path: Path) -> None:
    world = Embedded(Settings(data=tmp_path / "data"))
    try:
        with sync_client(world.web()) as client:
            well = client.get("/gezondheid").json()
            assert well["status"] == "goed"
            assert not {"logverschillen", "logschade"} & set(well), "anybody may ask this"
            world.worker.consumers[0].stopped = "onbekend feittype"
            ill = client.get("/gezondheid")
        assert ill.status_code == 503
        assert ill.json()["status"] == "gestoord"
        assert ill.json()["consumers"][0] == {
            "naam": "consent", "gestopt": True, "hapert": False, "quarantaine": 0,
        }  # fmt: skip
    finally:
        world.close()


def test_clock_never_goes_back_or_past_its_end() -> None:
    klok = Klok(NU, 10)
    klok.tot(4)
    klok.tot(8)
    assert (NU - klok()).days == 4
    klok.verder(30)
    assert klok() == NU
