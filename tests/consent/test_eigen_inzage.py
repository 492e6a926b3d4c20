"""Nobody reviews her own access: every way in which somebody in one of the three roles could."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from controle.controleer_logboek import controleer
from infra import trace
from infra.auth import Rol
from infra.logbook import logregels
from tests.consent.nacht import Klok, Nacht
from tests.system.stad import stad

REDEN = {"reden": "Een klacht van de familie over deze avond."}
DRIE = (Rol.PRIVACY_OFFICER, Rol.BESLISSER, Rol.FG)


class Avond(Nacht):
    """Nadia took emergency access and looked; later she has another job."""

    nummer: str
    spoor: str

    @contextmanager
    def nadia_als(self, rol: Rol) -> Iterator[None]:
        staff, nadia = self.stad.world.staff, self.stad.wie["nadia"]
        staff.add(nadia.model_copy(update={"rol": rol}))
        self.stad._tokens.clear()
        try:
            yield
        finally:
            staff.add(nadia)
            self.stad._tokens.clear()

    def code(self, wie: str, pad: str, body: Any = None) -> tuple[int, str]:
        answer = self.stad.vraag("POST", wie, pad, body)
        return answer.status_code, answer.json().get("code", "")

    def van_nadia(self) -> list[int]:
        """The rows of what she did as a professional, and those about whom."""
        with self.consent.database.read() as tx:
            rijen = list(self.consent.logboek.read(tx, select(logregels)))
            blikken = self.consent.loginzage.onder_record(tx, rijen)
        zij = {"id": str(self.stad.wie["nadia"].id), "rol": Rol.PROFESSIONAL.value}
        return [blik.regel.nr for blik in blikken if zij.items() <= blik.door.items()]


@pytest.fixture(scope="module")
def avondhuis(
    avond: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Avond]:
    data, kent = avond
    hier = tmp_path_factory.mktemp("eigen") / "data"
    copytree(data, hier, ignore=lambda *_: ["in-gebruik"])
    klok = Klok()
    klok.nu = kent["klok"]
    with stad(hier, klok) as made:
        huis = Avond.__new__(Avond)
        vars(huis).update(kent | {"stad": made, "klok": klok})
        huis.nummer = huis.genomen()
        huis.spoor = huis.vraag_in_spoor("nadia", huis.kid(huis.kees, bron="gezinsplan"))
        yield huis


@pytest.mark.parametrize("rol", DRIE)
def test_nobody_looks_back_on_her_own_trace(avondhuis: Avond, rol: Rol) -> None:
    vraag = {"spoor": avondhuis.spoor, **REDEN}
    with avondhuis.nadia_als(rol):
        assert avondhuis.code("nadia", "/terugblikken", vraag) == (403, "eigen-inzage")
    for wie in ("joris", "hanna", "femke"):
        assert avondhuis.code(wie, "/terugblikken", vraag)[0] == 200, wie
    assert (
        avondhuis.code("nadia", "/terugblikken", {"spoor": avondhuis.spoor})[0] == 200
    )  # own work


def test_who_borrows_the_trace_of_a_supervisor_hides_nothing_in_it(avondhuis: Avond) -> None:
    """Only her own rows are closed to her, not the trace that somebody else chose."""
    spoor, stad = UUID(int=2), avondhuis.stad
    kop = {"traceparent": f"00-{spoor.hex}-{'1' * 16}-01"}
    stad.vraag("GET", "joris", f"/huishoudens/{avondhuis.id}/inzagen", headers=kop)
    ldv, vraag = {"traceId": spoor.hex}, {"spoor": str(spoor), **REDEN}
    pad = "/logboek/processing-activities"
    assert avondhuis.code("joris", pad, ldv) == (403, "eigen-inzage")
    with trace.binnen(spoor):
        avondhuis.vraag("yusuf", avondhuis.kid(avondhuis.anna))
    (regel,) = stad.vraag("POST", "joris", pad, ldv).json()["processingActivities"]
    assert regel["name"] == "gegevens inzien"
    (besluit,) = stad.vraag("POST", "joris", "/terugblikken", vraag).json()["besluiten"]
    assert besluit["wie"]["naam"] == stad.wie["yusuf"].naam


@pytest.mark.parametrize("rol", [Rol.PRIVACY_OFFICER, Rol.FG])
def test_her_own_looks_are_in_no_list_or_export_she_makes(avondhuis: Avond, rol: Rol) -> None:
    eigen = avondhuis.van_nadia()
    assert len(eigen) >= 4
    lijst, uitvoer = (f"/huishoudens/{avondhuis.id}/inzagen{meer}" for meer in ("", "/uitvoer"))
    avondhuis.teken()
    assert "Nadia" in str(avondhuis.stad.zie("joris", lijst))
    heel = avondhuis.stad.zie("joris", uitvoer)
    with avondhuis.nadia_als(rol):
        assert "Nadia" not in str(avondhuis.stad.zie("nadia", lijst))
        haar = avondhuis.stad.zie("nadia", uitvoer)
        ldv = {"traceId": avondhuis.spoor}
        pad = "/logboek/processing-activities"
        assert avondhuis.code("nadia", pad, ldv) == (403, "eigen-inzage")
    dicht = {regel["nr"] for regel in haar["regels"] if "vorm" not in regel}
    assert set(eigen) <= dicht
    assert not set(eigen) & {regel["nr"] for regel in heel["regels"] if "vorm" not in regel}
    uitslag = controleer(haar, avondhuis.stad.client.get("/v1/logboek/9999/sleutel").text)
    assert not uitslag.fout
    assert "alleen de verbintenis" in uitslag.dicht[0]  # there, and closed


def test_nobody_opens_a_line_about_her_own_look(avondhuis: Avond) -> None:
    eigen = avondhuis.van_nadia()
    with avondhuis.nadia_als(Rol.PRIVACY_OFFICER):
        for nr in eigen:
            pad = f"/logboek/regels/{nr}"
            assert avondhuis.code("nadia", pad, REDEN) == (403, "eigen-inzage")
    assert avondhuis.code("joris", f"/logboek/regels/{eigen[0]}", REDEN)[0] == 200


def test_nobody_prepares_judges_or_releases_her_own_emergency(avondhuis: Avond) -> None:
    def stap(wie: str, wat: str, **body: str) -> tuple[int, str]:
        answer = avondhuis.stap(wie, avondhuis.nummer, wat, **body)
        return answer.status_code, answer.json().get("code", "")

    oordeel = {"uitkomst": "onterecht", "motivering": "Gezien het advies."}
    with avondhuis.nadia_als(Rol.PRIVACY_OFFICER):
        assert stap("nadia", "voorbereiding", advies="Goed.") == (403, "niet-eigen")
    assert stap("joris", "voorbereiding", advies="De reden klopt niet.")[0] == 201
    with avondhuis.nadia_als(Rol.BESLISSER):
        assert stap("nadia", "oordeel", **oordeel) == (403, "niet-eigen")
    assert stap("hanna", "oordeel", **oordeel)[0] == 201
    with avondhuis.nadia_als(Rol.BESLISSER):
        assert stap("nadia", "vrijgave", reden="Klaar.") == (403, "niet-eigen")


def test_nobody_settles_a_task_about_what_she_did_herself(avondhuis: Avond) -> None:
    """Whether it was a breach, whether she was fishing, why her keys and lines differ."""
    taken, wie = avondhuis.consent.taken, avondhuis.stad.wie["nadia"].id
    context = taken.systeem()
    nacht = UUID(avondhuis.nummer)
    soorten = {
        taken.ontsta("nood-onterecht", "privacy-officer", avondhuis.id, None, context, bij=nacht),
        taken.ontsta("nood-zoeken", "privacy-officer", wie, None, context, medewerker=wie),
        taken.ontsta("log-verschil", "privacy-officer", UUID(avondhuis.spoor), None, context),
    }
    klaar = {"uitkomst": "Uitgezocht; er is niets aan de hand."}
    for taak in soorten:
        pad = f"/taken/{taak}/afhandeling"
        with avondhuis.nadia_als(Rol.PRIVACY_OFFICER):
            assert avondhuis.code("nadia", pad, klaar) == (403, "eigen-inzage")
        assert avondhuis.code("joris", pad, klaar)[0] == 200
    opnieuw = taken.ontsta("nood-opnieuw", "dienstleider", avondhuis.id, None, context, bij=nacht)
    pad = f"/taken/{opnieuw}/afhandeling"
    with avondhuis.nadia_als(Rol.DIENSTLEIDER):
        assert avondhuis.code("nadia", pad, klaar) == (403, "eigen-inzage")
    assert avondhuis.code("pieter", pad, klaar)[0] == 200


def test_nobody_withholds_her_own_looks_in_any_way(avondhuis: Avond) -> None:
    """Named or not: a decision about her whole organisation is about her looks too."""
    doe, nadia = avondhuis.stad.doe, avondhuis.stad.wie["nadia"]
    for gebied in (
        {"medewerkers": [str(nadia.id)], "van": "2026-03-01"},
        {"organisaties": [nadia.organisatie], "van": "2026-03-01"},
    ):
        voorstel = avondhuis.beperking(avondhuis.kees, gebied)
        with avondhuis.nadia_als(Rol.PRIVACY_OFFICER):
            assert avondhuis.code("nadia", "/beperkingen", voorstel) == (403, "eigen-inzage")
        nummer = doe("joris", "/beperkingen", voorstel)["id"]
        hier = f"/beperkingen/{nummer}"
        with avondhuis.nadia_als(Rol.BESLISSER):
            assert avondhuis.code("nadia", f"{hier}/besluit") == (403, "eigen-inzage")
            assert avondhuis.code("nadia", f"{hier}/einde", REDEN) == (403, "eigen-inzage")
            assert avondhuis.stad.vraag("GET", "nadia", hier).json()["code"] == "eigen-inzage"
        doe("hanna", f"{hier}/besluit")
        taak = avondhuis.consent.taken.ontsta(
            "beperking-herzien", "privacy-officer", avondhuis.kees, None,
            avondhuis.consent.taken.systeem(), bij=UUID(nummer),
        )  # fmt: skip
        pad = f"/taken/{taak}/afhandeling"
        with avondhuis.nadia_als(Rol.PRIVACY_OFFICER):
            assert avondhuis.code("nadia", pad, {"uitkomst": "Nodig."}) == (403, "eigen-inzage")
        doe("hanna", f"{hier}/einde", REDEN)
