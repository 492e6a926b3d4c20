"""Forms: what was typed, by whom, and what a service said of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.auth import Aangemeld
from infra.decider import RegelFout


class GeenEigenFormulier(RegelFout):
    """Dit formulier komt niet van deze website. Er is niets bewaard."""


class FormulierTeGroot(RegelFout):
    """Dit formulier is te lang. Alles samen mag ongeveer 100.000 tekens zijn, in ten hoogste 200
    antwoorden. Er is niets bewaard."""

    def __init__(self, velden: Formulier) -> None:
        self.velden = velden


class FormulierVerlopen(RegelFout):
    """Dit formulier hoort bij een eerdere aanmelding. Er is niets verstuurd of bewaard."""

    def __init__(self, velden: Formulier) -> None:
        self.velden = velden


class Afgewezen(Exception):
    """A service refused a command; the sentence and what is wrong where are for the form."""

    def __init__(
        self, status: int, zin: str, code: str, fouten: Mapping[str, str], *, bewaard: bool = False
    ) -> None:
        """`bewaard`: something stands already under the key of this form, so that what remains
        needs another."""
        super().__init__(code)
        self.status, self.zin, self.code, self.fouten = status, zin, code, fouten
        self.bewaard = bewaard


@dataclass(frozen=True, slots=True)
class Sessie:
    """Somebody who is signed in, and the token that her forms carry."""

    wie: Aangemeld
    token: str
    formulier: str


_KEUZE = (
    "persoon", "herkomst", "onderwerp", "onderwerpen", "ontvanger", "doel", "gegevenDoor",
    "opheffing", "opheffingDoor", "regimes", "categorie", "uitkomst", "houders", "soort", "als",
    "aan", "medewerker", "gronden",
)  # fmt: skip
"""Fields that are chosen, not written."""


class Formulier:
    """What was typed, every value as text."""

    def __init__(self, paren: Sequence[tuple[str, str]]) -> None:
        self.paren = [(naam, waarde.strip()) for naam, waarde in paren]

    def __getitem__(self, naam: str) -> str:
        return next((waarde for key, waarde in self.paren if key == naam), "")

    def get(self, naam: str) -> str | None:
        """The value, or None when the field was left empty."""
        return self[naam] or None

    def alle(self, naam: str) -> list[str]:
        return [waarde for key, waarde in self.paren if key == naam]

    def fouten(
        self, fout: Afgewezen | None, velden: Mapping[str, str], tekst: Sequence[str] = ()
    ) -> dict[str, str]:
        """What is wrong by field of this form; what was left empty is asked for, not judged.

        `velden` names the field for what a service calls otherwise, `tekst` what is written here
        and chosen elsewhere.
        """
        fouten = {} if fout is None else fout.fouten
        keuze = {naam for naam in _KEUZE if naam not in tekst}
        return {
            naam: wat if self[naam] else ("maak een keuze" if naam in keuze else "vul dit in")
            for naam, wat in ((velden.get(naam, naam), wat) for naam, wat in fouten.items())
        }

    @property
    def waarden(self) -> dict[str, str]:
        """What a person typed or chose, to show again."""
        eigen = ("formulier", "sleutel")
        return {key: waarde for key, waarde in reversed(self.paren) if key not in eigen}
