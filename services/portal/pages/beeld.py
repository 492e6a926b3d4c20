"""From a dossier as the portal gives it to what a page shows. Pure.

Nothing is added that the dossier does not hold: names are put beside ids, opinions beside the goal
or action they are about, notes under their leefgebied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from infra.auth import Aangemeld, Rol
from services.portal.weergave import GEWIST
from services.portal.woorden import WOORDEN


class Gewist:
    """Stands for an erased value in a template; whatever is asked of it was erased too."""

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __html__(self) -> str:
        return '<span class="gewist">[gewist]</span>'

    def __str__(self) -> str:
        return "[gewist]"


WEG = Gewist()


def zichtbaar(value: Any) -> Any:
    """The same values, with every erased one as `Gewist`."""
    if value == GEWIST:
        return WEG
    if isinstance(value, Mapping):
        return {key: zichtbaar(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [zichtbaar(item) for item in value]
    return value


def beeld(dossier: Mapping[str, Any], wie: Aangemeld, vandaag: date) -> dict[str, Any]:
    """What the page of one household shows to this reader."""
    d: dict[str, Any] = zichtbaar(dossier)
    namen = _namen(d)
    d["namen"] = namen
    d["bewoners"] = [lid for lid in d["leden"] if lid["geldt"]]
    d["vertrokken"] = [lid for lid in d["leden"] if not lid["geldt"]]
    d["taken"] = [melding for melding in d["meldingen"] if melding["wachtOpRegisseur"]]
    d["gesprekken"] = _per_leefgebied(d["notities"])
    for lid in d["leden"]:
        houders = getattr(lid.get("gezag"), "get", lambda *_: ())("houders", ())
        lid["gezaghouders"] = [naam for houder in houders if (naam := namen.get(str(houder)))]
    # In an emergency she looks; what belongs to a task here would only refuse her.
    d["taak_hier"] = wie.rol is Rol.PROFESSIONAL and set(d["rollen"]) != {"noodhulp"}
    if d["plan"] is not None:
        _plan(d["plan"], namen, wie, vandaag, taak_hier=d["taak_hier"])
    return d


def _namen(d: Mapping[str, Any]) -> dict[str, Any]:
    """Id → name, of everybody whose name this reader sees."""
    namen: dict[str, Any] = {}
    for wie in (*d["leden"], *d["netwerk"]):
        if "persoonsnaam" in wie:
            namen[str(wie["id"])] = wie["persoonsnaam"]
    if d["regie"] is not None and "medewerker" in d["regie"]:
        namen[str(d["regie"]["medewerkerId"])] = _naam(d["regie"]["medewerker"])
    for wie in d["plan"]["deelnemers"] if d["plan"] is not None else ():
        if "deelnemer" in wie:
            namen[str(wie["id"])] = _naam(wie["deelnemer"])
    return namen


def _naam(wie: Any) -> Any:
    return wie if wie is WEG else wie["naam"]


def _plan(
    plan: dict[str, Any], namen: Mapping[str, Any], wie: Aangemeld, vandaag: date, *,
    taak_hier: bool,
) -> None:  # fmt: skip
    acties = [actie for doel in plan["doelen"] for actie in doel["acties"]]
    wat = {actie["id"]: actie.get("wat") for actie in acties}
    for deel in (*plan["doelen"], *acties):
        deel["standpunten"] = [s for s in plan["standpunten"] if s.get("over") == deel["id"]]
    for doel in plan["doelen"]:
        for actie in doel["acties"]:
            actie["magBijwerken"] = isinstance(doel.get("leefgebied"), str) and (
                taak_hier or str(actie["eigenaar"]) == str(wie.actor.id)
            )
        doel["over"] = [naam for persoon in doel["personen"] if (naam := namen.get(str(persoon)))]
    for actie in acties:
        actie["wie"] = namen.get(str(actie["eigenaar"]))
        actie["overlapt"] = [wat[other] for other in actie.get("lijktOp", ()) if wat.get(other)]
        uiterlijk = actie.get("uiterlijkOp")
        actie["teLaat"] = (
            actie["status"] in ("open", "bezig")
            and isinstance(uiterlijk, str)
            and date.fromisoformat(uiterlijk) < vandaag
        )
    plan["over_het_plan"] = [s for s in plan["standpunten"] if s.get("over") is None]
    plan["te_laat"] = sum(actie["teLaat"] for actie in acties)
    plan["te_doen"] = sum(actie["status"] in ("open", "bezig") for actie in acties)


def _per_leefgebied(notities: Sequence[dict[str, Any]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    groepen: dict[str, tuple[Any, list[dict[str, Any]]]] = {}
    for notitie in notities:
        leefgebied = notitie.get("leefgebied", WEG)
        groepen.setdefault(str(leefgebied), (leefgebied, []))[1].append(notitie)
    volgorde = list(WOORDEN["onderwerp"])
    return sorted(
        groepen.values(),
        key=lambda groep: volgorde.index(groep[0]) if groep[0] in volgorde else len(volgorde),
    )
