"""What one reader sees of a dossier, as plain values. Pure.

Only what opens is named, counted or versioned, and a melding of which a rule says that its
regisseur may know that it waits. Every part says by which rule it is visible; one fixed sentence
stands for all the rest, also when there is no rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from events.base import ERASED, Capsule, Erased, KeyId, Sealed
from infra.keyring import Vrijgave
from infra.seal import Opener
from services.portal.domain import Deel, Dossier

_ZONDER_ID = ("adres", "aanvulling", "evaluatie")
"""Parts known by the version of their stream, which would count what is hidden between them."""
SLOTZIN = "Er kan meer zijn dat u niet mag zien."
GEWIST = {"gewist": True}
Etag = Callable[[UUID, int], str]


class Lezer:
    """One reader with the keys of one decision."""

    def __init__(self, vrijgave: Vrijgave) -> None:
        self._opener = Opener(vrijgave.keys, vrijgave.erased)
        self._waarom = vrijgave.waarom
        self._stappen = vrijgave.stappen
        self.redenen: dict[str, dict[str, Any]] = {}

    def ziet(self, deel: Deel) -> dict[str, Any] | None:
        """The visible fields of a part; None when nothing opens: it is not there."""
        fields, kid = self._velden(deel.velden)
        if kid is None:
            return None
        if "waarom" in fields:  # somebody's own reason; `waarom` is the rule that opens the part
            fields["reden"] = fields.pop("waarom")
        fields |= {"geldt": deel.open, "waarom": self._noem(kid), "onderdeel": self._wat(kid)}
        if deel.soort not in _ZONDER_ID:
            fields["id"] = deel.id
        eerder = [opened for opened, by in map(self._velden, deel.eerder) if by is not None]
        if eerder:
            fields["eerder"] = eerder
        return fields

    def stap(self, deel: Deel) -> str | None:
        """What lacks for a part that is closed and of which she may know that it is there."""
        for value in deel.velden.values():
            if isinstance(value, Sealed) and value.capsule.kid in self._stappen:
                return self._stappen[value.capsule.kid]
        return None

    def vastgelegd(self, deel: Deel) -> dict[str, Any]:
        """Who recorded a part, when, on which ground; for a part that is visible."""
        reason = deel.verantwoording
        fields: dict[str, Any] = {"op": deel.op}
        if isinstance(reason, Sealed) and self._opener.may_open(reason):
            opened = self._opener.open(reason)
            if not isinstance(opened, Erased):
                actor = opened["actor"]
                fields |= {n: actor[n] for n in ("naam", "organisatie", "functie")}
                fields["grondslag"] = opened["grondslag"]
        return fields

    def alles_open(self, delen: Iterable[Deel]) -> bool:
        return all(
            self._opener.may_open(value)
            for deel in delen
            for value in deel.velden.values()
            if isinstance(value, Sealed)
        )

    def _velden(self, velden: Mapping[str, Any]) -> tuple[dict[str, Any], KeyId | None]:
        """What opens, beside the clear ids; and a key that opened something, if any did."""
        fields: dict[str, Any] = {}
        visible: KeyId | None = None
        capsule: Capsule | None = None
        opened: Mapping[str, Any] | Erased | None = None
        for name, value in velden.items():
            if isinstance(value, Sealed):
                if value.capsule is not capsule:  # mostly all fields of a part share one
                    capsule = value.capsule
                    may = capsule.kid in self._waarom
                    opened = self._opener.fields(capsule) if may else None
                    visible = capsule.kid if may else visible
                if opened is ERASED:
                    fields[_CAMEL[name]] = GEWIST
                elif isinstance(opened, dict):
                    fields[_CAMEL[name]] = _camel(opened[value.name])
            elif value is not None:
                fields[_CAMEL[name]] = value
        return fields, visible

    def _wat(self, kid: KeyId) -> dict[str, Any]:
        """What kind of data it is: whose, from where, about what; to ask why it is visible."""
        onderdeel = self._waarom[kid]
        return {
            "personen": list(onderdeel.betrokkenen), "herkomst": onderdeel.herkomst.code,
            "onderwerp": onderdeel.onderwerp.value,
        }  # fmt: skip

    def _noem(self, kid: KeyId) -> str:
        besluit = self._waarom[kid].besluit
        regel = besluit.regel or ""
        self.redenen.setdefault(regel, {"zin": besluit.zin, "artikel": besluit.artikel})
        return regel


def toon(dossier: Dossier, vrijgave: Vrijgave, etag: Etag) -> dict[str, Any]:
    """The dossier for one reader."""
    lezer = Lezer(vrijgave)

    def alle(soort: str) -> list[dict[str, Any]]:
        return [seen for deel in dossier.van(soort) if (seen := lezer.ziet(deel)) is not None]

    leden = [_lid(dossier, lezer, deel) for deel in dossier.van("lid")]
    netwerk = alle("netwerk")
    deelnemers = alle("deelnemer")
    regie = next(iter(alle("regisseur")), None)
    shown: dict[str, Any] = {
        "rollen": sorted(vrijgave.relaties),
        "leden": [lid for lid in leden if lid is not None],
        "netwerk": netwerk,
        "regie": regie,
        "meldingen": _meldingen(dossier, lezer),
        "meldingenDicht": _meldingen_dicht(dossier, lezer),
        "verkenning": next(iter(alle("verkenning")), None),
        "informatie": alle("informatie"),
        "notities": _notities(dossier, lezer),
        "plan": _plan(dossier, lezer, alle, etag, deelnemers),
        "vastleggingen": _vastleggingen(dossier, lezer),
    }
    _noem_eigenaren(shown, regie)
    if set(vrijgave.relaties) == {"noodhulp"}:
        _alleen_wie_te_bellen(shown)
    return shown | {"redenen": lezer.redenen, "slotzin": SLOTZIN}


def _lid(dossier: Dossier, lezer: Lezer, lid: Deel) -> dict[str, Any] | None:
    """A member as far as she is seen. For some purposes who she is opens and her place in the
    household does not: then she is here as if she lives here, for what became of it is closed."""
    seen = lezer.ziet(lid)
    wie: dict[str, Any] = {}
    for soort in ("persoon", "contact", "gezag"):
        deel = dossier.delen.get((soort, lid.id, None))
        opened = None if deel is None else lezer.ziet(deel)
        if opened is not None:
            eigen = ("id", "geldt") if seen is None else ("id", "geldt", "waarom", "onderdeel")
            wie |= {n: v for n, v in opened.items() if n not in eigen}
    if seen is None:
        if "persoonsnaam" not in wie:
            return None
        seen = {"id": lid.id, "geldt": True}
    seen |= wie
    adressen = [
        opened
        for (soort, persoon, _), deel in dossier.delen.items()
        if soort == "adres" and persoon == lid.id and (opened := lezer.ziet(deel)) is not None
    ]
    return seen | {"adressen": adressen}


def _vastleggingen(dossier: Dossier, lezer: Lezer) -> list[dict[str, Any]]:
    """Records about sharing, with until when she can confirm what another signed for her."""
    shown = []
    for deel in dossier.van("vastlegging"):
        seen = lezer.ziet(deel)
        if seen is not None:
            vraag = dossier.delen.get(("bevestiging", deel.id, None))
            opened = lezer.ziet(vraag) if vraag is not None and vraag.open and deel.open else None
            shown.append(seen | ({} if opened is None else {"bevestigenVoor": opened["termijn"]}))
    return shown


def _meldingen(dossier: Dossier, lezer: Lezer) -> list[dict[str, Any]]:
    shown = []
    for deel in dossier.van("melding"):
        seen = lezer.ziet(deel)
        if seen is not None:
            wacht = dossier.meldingstaken.get(deel.id, False)
            shown.append(seen | {"wachtOpRegisseur": wacht, "vastgelegd": lezer.vastgelegd(deel)})
    return shown


def _meldingen_dicht(dossier: Dossier, lezer: Lezer) -> list[dict[str, Any]]:
    """The meldingen that wait for her and that she cannot read before somebody consents."""
    return [
        {"id": deel.id, "persoon": deel.velden["persoon"], "zin": zin}
        for deel in dossier.van("melding")
        if dossier.meldingstaken.get(deel.id, False) and (zin := lezer.stap(deel)) is not None
    ]


def _notities(dossier: Dossier, lezer: Lezer) -> list[dict[str, Any]]:
    beside: dict[UUID, list[dict[str, Any]]] = {}
    for deel in dossier.van("aanvulling"):
        seen = lezer.ziet(deel)
        if seen is not None:
            more = beside.setdefault(deel.velden["notitie"], [])
            more.append(seen | {"vastgelegd": lezer.vastgelegd(deel)})
    return [
        seen | {"aanvullingen": beside.get(deel.id, []), "vastgelegd": lezer.vastgelegd(deel)}
        for deel in dossier.van("notitie")
        if (seen := lezer.ziet(deel)) is not None
    ]


def _plan(
    dossier: Dossier, lezer: Lezer, alle: Callable[[str], list[dict[str, Any]]], etag: Etag,
    deelnemers: list[dict[str, Any]],
) -> dict[str, Any] | None:  # fmt: skip
    if dossier.plan is None:
        return None
    acties = []
    for deel in dossier.van("actie"):
        seen = lezer.ziet(deel)
        if seen is not None:
            acties.append({"status": "open"} | seen | {"etag": etag(deel.id, deel.versie)})
    doelen = []
    for deel in dossier.van("doel"):
        seen = lezer.ziet(deel)
        if seen is not None:
            seen["etag"] = etag(deel.id, deel.versie)
            seen["acties"] = [actie for actie in acties if actie["doel"] == deel.id]
            seen["evaluaties"] = [e for e in alle("evaluatie") if e["doel"] == deel.id]
            doelen.append(seen)
    for actie, lijkt_op in overlap(acties):
        actie.setdefault("lijktOp", []).append(lijkt_op["id"])
    zichtbaar = {deel["id"] for deel in (*doelen, *acties)}
    volgorde = next(iter(alle("volgorde")), None)
    if volgorde is not None:
        volgorde["doelen"] = [doel for doel in volgorde["doelen"] if doel in zichtbaar]
        rang = {doel: number for number, doel in enumerate(volgorde["doelen"])}
        doelen.sort(key=lambda doel: rang.get(doel["id"], len(rang)))
    standpunten = [s for s in alle("standpunt") if s.get("over") in (None, *zichtbaar)]
    plan: dict[str, Any] = {
        "id": dossier.plan, "loopt": dossier.plan_open, "doelen": doelen, "volgorde": volgorde,
        "deelnemers": deelnemers, "standpunten": standpunten,
        "afsluiting": next(iter(alle("afsluiting")), None),
    }  # fmt: skip
    if lezer.alles_open([*dossier.van("doel"), *dossier.van("actie")]):
        plan["versie"] = dossier.planversie  # a number that counts hidden changes would tell
    else:
        for standpunt in standpunten:
            standpunt.pop("planversie", None)
    return plan


def _noem_eigenaren(shown: dict[str, Any], regie: dict[str, Any] | None) -> None:
    """Put names to the owners of actions, as far as this reader sees those names."""
    namen: dict[UUID, Any] = {}
    for wie in (*shown["leden"], *shown["netwerk"]):
        namen[wie["id"]] = wie.get("persoonsnaam")
    if regie is not None and "medewerker" in regie:
        namen[regie["medewerkerId"]] = _naam(regie["medewerker"])
    if shown["plan"] is not None:
        for deelnemer in shown["plan"]["deelnemers"]:
            namen[deelnemer["id"]] = _naam(deelnemer["deelnemer"])
        for doel in shown["plan"]["doelen"]:
            for actie in doel["acties"]:
                if namen.get(actie["eigenaar"]) is not None:
                    actie["eigenaarNaam"] = namen[actie["eigenaar"]]


def _alleen_wie_te_bellen(shown: dict[str, Any]) -> None:
    """In an emergency the subject `regie` opens for one thing: whom to call. What else lies under
    that key (why there is a plan, its order, a task, what people think of it) tells of debts and
    illness as well, and stays away."""
    shown |= {"verkenning": None, "informatie": []}
    if shown["regie"] is not None:
        shown["regie"].pop("reden", None)
    if shown["plan"] is not None:
        shown["plan"] |= {"volgorde": None, "standpunten": [], "afsluiting": None}
        for deelnemer in shown["plan"]["deelnemers"]:
            deelnemer.pop("reden", None)
            if "deelnemer" in deelnemer:
                wie = deelnemer["deelnemer"]
                deelnemer["deelnemer"] = {n: v for n, v in wie.items() if n != "taak"}


def _naam(medewerker: Mapping[str, Any]) -> Any:
    return medewerker.get("naam", GEWIST)


def overlap(acties: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of running actions that say much the same: to be looked at by people, never merged.

    Two actions are alike when at least half of their longer words are the same (Jaccard).
    """
    words = [
        (actie, set(re.findall(r"\w{4,}", actie["wat"].lower())))
        for actie in acties
        if isinstance(actie.get("wat"), str) and actie["status"] in ("open", "bezig")
    ]
    return [
        (actie, other)
        for actie, mine in words
        for other, theirs in words
        if actie is not other and mine and len(mine & theirs) * 2 >= len(mine | theirs)
    ]


class _Names(dict[str, str]):
    """Field names as they are outside, worked out once."""

    def __missing__(self, name: str) -> str:
        self[name] = to_camel(name)
        return self[name]


_CAMEL = _Names()
_PLAIN: set[str] = set()
"""Names that are the same inside and outside."""


def _camel(value: Any) -> Any:
    """A value with the names inside it as they are outside."""
    if not isinstance(value, dict) or _PLAIN.issuperset(value):
        return value
    _PLAIN.update(name for name in value if "_" not in name)
    return {_CAMEL[name]: inner for name, inner in value.items()}
