"""Secrecy is of a file: two youth workers in one plan, each with the file of her own organisation.

An installation names its files when it starts, so this starts one: `python -m` this module.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from events.begrippen import herkomsten, met_dossiers
from tests.system.stad import stad

DOSSIERS = (
    "jeugdhulp-brug=jeugdhulp-dossier:Dossier van De Brug; "
    "jeugdhulp-horizon=jeugdhulp-dossier:Dossier van Horizon"
)
EIGEN = {"bram": "jeugdhulp-brug", "sanne": "jeugdhulp-horizon"}


def speel(data: Path) -> dict[str, Any]:
    """Both write about Noah; Noah lets one tell the other. Who sees whose, before and after."""
    with stad(data):
        pass
    gids = data / "medewerkers.json"
    wie = json.loads(gids.read_text())
    for persona in wie:
        voornaam = persona["naam"].split()[0].lower()
        persona["herkomst"] = EIGEN.get(voornaam, persona["herkomst"])
    gids.write_text(json.dumps(wie))
    with stad(data) as s:
        huis, (noah,) = s.huishouden("ellen", "Noah Proef")
        s.inwoner("Noah", noah)
        plan = s.doe("ellen", f"/huishoudens/{huis}/plan", {})["id"]
        for naam in EIGEN:
            s.doe("ellen", f"/plannen/{plan}/deelnemers", {
                "medewerker": str(s.wie[naam].id), "taak": "jeugdhulp"})  # fmt: skip
            deel = {"deelnemers": [noah]}
            gesprek = s.doe(naam, f"/huishoudens/{huis}/gesprekken", deel)["id"]
            s.doe(naam, f"/gesprekken/{gesprek}/notities", {
                "personen": [noah], "leefgebied": "opgroeien-en-opvoeden", "reden": "hulp",
                "zorgen": {"tekst": f"van {naam}", "bron": "gezien"}})  # fmt: skip

        def ziet() -> dict[str, list[str]]:
            return {
                lezer: [naam for naam in EIGEN if f"van {naam}" in str(s.dossier(lezer, huis))]
                for lezer in (*EIGEN, "noah")
            }

        eerst = ziet()
        over = {"huishouden": huis, "persoon": noah, "gegevenDoor": noah}
        aan = {"ontvanger": {"medewerker": str(s.wie["bram"].id)}}
        s.doe("noah", "/opheffingen", over | aan | {
            "herkomst": "jeugdhulp-horizon", "houder": "Sanne"})  # fmt: skip
        s.doe("noah", "/toestemmingen", over | aan | {
            "doel": "jeugdhulp", "regimes": ["jeugdhulp"], "wijze": "zelf",
            "onderwerpen": ["opgroeien-en-opvoeden"]})  # fmt: skip
        rollen = s.zie("joris", "/verwerkingsregister")["rollen"]
        return {"eerst": eerst, "daarna": ziet(), "rollen": [rol["herkomst"] for rol in rollen]}


def test_each_holder_reads_her_own_file_and_no_other(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.test_dossiers", str(tmp_path)],
        env=os.environ | {"SAMENPLAN_DOSSIERS": DOSSIERS}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    gezien = json.loads(done.stdout)
    eigen = {"bram": ["bram"], "sanne": ["sanne"], "noah": ["bram", "sanne"]}
    assert gezien["eerst"] == eigen
    assert gezien["daarna"] == eigen | {"bram": ["bram", "sanne"]}
    assert set(EIGEN.values()) <= set(gezien["rollen"]), "somebody answers for each file"


@pytest.mark.parametrize(
    ("tekst", "zin"),
    [("jeugd-x=wmo-onderzoek:Dossier", "geen dossier onder geheimhouding"),
     ("jeugd-x=bestaat-niet:Dossier", "geen dossier onder geheimhouding"),
     ("zomaar", "geen dossier onder geheimhouding"),
     ("Groot=jeugdhulp-dossier:Dossier", "geen nieuwe code"),
     ("school=jeugdhulp-dossier:Dossier", "geen nieuwe code"),
     ("een=jeugdhulp-dossier:A;een=jeugdhulp-dossier:B", "geen nieuwe code"),
     ("een=jeugdhulp-dossier:", "geen naam"), ("een=jeugdhulp-dossier", "geen naam")],
)  # fmt: skip
def test_what_names_no_file_is_told(tekst: str, zin: str) -> None:
    with pytest.raises(ValueError, match=zin):
        met_dossiers(tekst)


def test_a_file_is_as_the_one_it_is_one_of() -> None:
    rij = met_dossiers(DOSSIERS)["jeugdhulp-brug"]
    als = herkomsten()["jeugdhulp-dossier"]
    assert rij == als.model_copy(update={"code": "jeugdhulp-brug", "naam": "Dossier van De Brug"})
    assert met_dossiers("") == herkomsten()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(speel(Path(sys.argv[1]))))
