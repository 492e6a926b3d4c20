"""A household whose log was signed twice, seen by a witness; and what a cheating exporter does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import Any

from controle.controleer_logboek import Uitslag, controleer, verbintenis
from infra.getuige import Witness
from infra.koppen import WITNESS, KeyFile
from infra.seal import canonical
from infra.volgorde import CHECKPOINT
from tests.consent.huis import Huis
from tests.infra.world import NU


class Bewijs:
    """A household whose log was signed twice; a witness saw the first head."""

    def __init__(self, huis: Huis, folder: Path) -> None:
        self.huis = huis
        self.map = huis.stad.world.settings.log_folder("9999")
        self.teken()
        self.sleutel = str(huis.consent.uitgegeven.verifier)  # type: ignore[union-attr]
        key = KeyFile(folder / "getuige", "getuige.example/fg", WITNESS, create=True)
        self.getuige = str(key.verifier)
        self.koppen = folder / "koppen"
        Witness(self.koppen, huis.consent.uitgegeven.verifier, key, lambda: NU).look(self)  # type: ignore[union-attr]
        self.eerder = [path.read_text() for path in self.koppen.glob("*.kop")]
        self.grootte = int(self.eerder[0].split("\n")[1])
        self.begin = huis.regels() + 1
        huis.vraag("yusuf", huis.kid(huis.anna), huis.kid(huis.bert))
        huis.vraag("tom", huis.kid(huis.anna))
        self.teken()

    def teken(self) -> None:
        (sequencer,) = self.huis.stad.world.volgorde.consumers
        while sequencer.step():
            pass

    def checkpoint(self) -> str:
        return (self.map / CHECKPOINT).read_text()

    def consistency(self, _earlier: int, _size: int) -> list[bytes]:
        raise AssertionError  # the first look asks for no proof

    def van(self, wie: str, pad: str, **vraag: Any) -> Any:
        return self.huis.stad.zie(wie, f"{pad}/inzagen/uitvoer", koppen=self.grootte, **vraag)

    def persoon(self) -> Any:
        return self.van("anna", f"/personen/{self.huis.anna}")

    def huishouden(self, **vraag: Any) -> Any:
        return self.van("joris", f"/huishoudens/{self.huis.id}", **vraag)

    def controleer(self, uitvoer: Any) -> Uitslag:
        return controleer(uitvoer, self.sleutel, self.eerder, (self.getuige,))


def verbintenis_van(deel: dict[str, Any]) -> str:
    if "verbintenis" in deel:
        return str(deel["verbintenis"])
    return sha256(bytes.fromhex(deel["zout"]) + canonical(deel["waarde"])).hexdigest()


def met_bewijs(uitvoer: Any, bewijs: Bewijs) -> Any:
    grootte = int(uitvoer["kop"].split("\n")[1])
    tree = bewijs.huis.consent.uitgegeven.tree(grootte)  # type: ignore[union-attr]
    uitvoer["bewijs"] = [h.hex() for h in tree.several([o["nr"] - 1 for o in uitvoer["regels"]])]
    return uitvoer


def sluit(uitvoer: Any, welke: Callable[[Any], bool]) -> Any:
    """Give of these rows the commitment only, as a cheating exporter can."""
    uitvoer["regels"] = [
        {"nr": one["nr"], "verbintenis": verbintenis(one).hex()} if welke(one) else one
        for one in uitvoer["regels"]
    ]
    return uitvoer


def zonder_deel(uitvoer: Any, *namen: str, nummers: Collection[int] | None = None) -> Any:
    """Give of these parts the commitment only, in every row or in some; a copy."""
    made = copy.deepcopy(uitvoer)
    for one in made["regels"]:
        for naam in namen if nummers is None or one["nr"] in nummers else ():
            if "waarde" in one["delen"].get(naam, {}):
                one["delen"][naam] = {"verbintenis": verbintenis_van(one["delen"][naam])}
    return made


def eigen_regels(uitvoer: Any) -> list[Any]:
    """The rows of an export of a person that are about her; the others are the records above."""
    return [one for one in uitvoer["regels"] if "waarde" in one["delen"]["persoon"]]
