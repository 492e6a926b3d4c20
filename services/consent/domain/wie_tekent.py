"""Who may sign for a person, in one sentence with its article: for who was refused. Pure.

Built from what the four tables answer today (`vertegenwoordiging`), so it never says otherwise than
the check that refused. It tells the law and whether somebody can decide herself, which whoever asks
here may know: not what a youth chose, nor who or what there is besides.
"""

from __future__ import annotations

from uuid import UUID

from services.consent.domain.feiten import Feiten
from services.consent.domain.gezag import leeftijd_van, wilsonbekwaam
from services.consent.domain.uitkomst import Code
from services.consent.domain.vertegenwoordiging import (
    TABELLEN,
    Beslissers,
    Handeling,
    wie_beslist,
)

_OVER: dict[Handeling, str] = {
    Handeling.HULP: "Over hulp",
    Handeling.VERSTREKKEN: "Over wat een ander uit dit dossier te zien krijgt",
    Handeling.TOESTEMMING: "Over deze toestemming",
    Handeling.INTREKKEN: "Over intrekken",
    Handeling.RECHTEN: "Over bezwaar",
}
_ALGEMEEN = (
    "Wie hierover beslist, hangt af van de leeftijd, van het gezag en van wie voor een ander mag "
    "spreken. Hoe dat hier is, mag u niet zien. Vraag het de regisseur."
)
_ALLEEN_WETTELIJK = "tekent alleen de curator of mentor"
_VOLGORDE = (
    "tekent de curator of mentor; is die er niet, dan wie schriftelijk is gemachtigd, dan de "
    "partner, dan een familielid"
)


def wie_tekent(handeling: Handeling, persoon: UUID, feiten: Feiten) -> str:
    """Whose word counts in this for a person today, or what must be found out first."""
    beslissers, jaren = wie_beslist(handeling, persoon, feiten), leeftijd_van(persoon, feiten)
    if jaren is None or beslissers.code is Code.GEZAG_ONBEPAALD:
        return beslissers.zin
    if jaren >= 12 and wilsonbekwaam(persoon, feiten) and not beslissers.telt(persoon):
        return _voor_wie_niet_kan(handeling, jaren, beslissers)
    zin = f"{_OVER[handeling]} beslist {_wie(handeling, persoon, jaren, beslissers)}"
    ook = "; Wmo 2015 artikel 5.3.3" if handeling is Handeling.VERSTREKKEN else ""
    return f"{zin} ({beslissers.artikel}{ook})."


def in_het_algemeen(handeling: Handeling, code: Code) -> Beslissers:
    """What the law says of anybody, for who may not know it of this person: the same whether there
    is custody or somebody cannot decide. `code` is why she may not."""
    artikelen = dict.fromkeys(band.artikel for band in TABELLEN[handeling])
    return Beslissers(", ".join(artikelen), code=code, zin=_ALGEMEEN)


def _wie(handeling: Handeling, persoon: UUID, jaren: int, beslissers: Beslissers) -> str:
    vanaf, tot = _grenzen(handeling, jaren)
    if beslissers.samen == (persoon,) and jaren >= 18:
        return "een volwassene zelf; niemand anders kan ervoor tekenen"
    if beslissers.samen == (persoon,):
        alleen = "ook wie het gezag heeft, kan er niet voor tekenen"
        return f"een jongere vanaf {vanaf} jaar zelf; {alleen}"
    if persoon in beslissers.samen:
        return (
            f"van {vanaf} tot {tot} jaar de jongere, samen met iedereen die het gezag heeft; ieder "
            "tekent apart"
        )
    if persoon in beslissers.een_van:
        ander = "wie het gezag heeft" if jaren < 18 else "de curator of mentor"
        return f"degene over wie het gaat zelf, of {ander}"
    if beslissers.samen:
        return f"onder de {tot} jaar iedereen die het gezag heeft; ieder tekent apart"
    return f"onder de {tot} jaar wie het gezag heeft"


def _voor_wie_niet_kan(handeling: Handeling, jaren: int, beslissers: Beslissers) -> str:
    kan_niet = "Degene over wie dit gaat, kan hierover niet zelf beslissen. Dan "
    if jaren < 18:
        # As for a child of the first band, and by its article.
        return f"{kan_niet}tekent wie het gezag heeft ({TABELLEN[handeling][0].artikel})."
    wettelijk = handeling not in (Handeling.HULP, Handeling.VERSTREKKEN)
    wie = _ALLEEN_WETTELIJK if wettelijk else _VOLGORDE
    eerst = " Leg eerst vast wie dat is." if beslissers.code is Code.WILSONBEKWAAM else ""
    return f"{kan_niet}{wie} ({beslissers.artikel}).{eerst}"


def _grenzen(handeling: Handeling, jaren: int) -> tuple[int, int | None]:
    """From which age and below which age the same decide."""
    vanaf = 0
    for band in TABELLEN[handeling]:
        if band.tot is None or jaren < band.tot:
            return vanaf, band.tot
        vanaf = band.tot
    raise AssertionError  # the last band of a table has no end
