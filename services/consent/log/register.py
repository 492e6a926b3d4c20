"""The register of processing activities (AVG 30), in the terms of the LDV register and of DPV.

A lawyer reads and extends `verwerkingen/<id>.json`, a file per activity. Rules kept here: what was
released never changes, a change is a version of its own, so that an activity and a moment give
exactly one text; a line of the log names activity and version by a URI; whether an activity is
confidential belongs to the activity, never to a line (LDV-13). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from events.begrippen import herkomst, herkomsten
from events.waarden import Doel

DELEN, WISSING, FG, AFWIJKEND = "delen-vastleggen", "wissing", "fg-onderzoek", "afwijkend-gebruik"
INZAGE, TOEZICHT = "eigen-inzage", "toezicht"
"""Activities that are named here and not by the purpose of a question."""
_URN = "urn:samenplan:verwerking"
Zin = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class _Deel(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Rechtsgrond(_Deel):
    """Why it is lawful: the term of DPV, and the article it stands on."""

    term: Literal[
        "Consent", "Contract", "LegalObligation", "LegitimateInterest",
        "OfficialAuthorityOfController", "PublicInterest", "VitalInterest",
    ]  # fmt: skip
    article: Zin


class Gegevens(_Deel):
    """Which data, and how long at most (ISO 8601): each herkomst keeps its own, shorter term."""

    categories: Annotated[tuple[Zin, ...], Field(min_length=1)]
    retention_period: Annotated[str, StringConstraints(pattern=r"^P\d+[YMD]$")]


class Ontvanger(_Deel):
    """Who gets them, and what the AVG calls that party."""

    legal_role: Literal[
        "DataController", "JointDataControllers", "DataProcessor", "DataProtectionOfficer",
        "ThirdParty",
    ]  # fmt: skip
    entity: Zin


class Maatregel(_Deel):
    measure_type: Literal["Organisational", "Technical"]
    measure: Zin


class Versie(_Deel):
    """An activity as it was meant from a day on, until the next version."""

    version: int
    valid_from: date
    name: Zin
    purpose: Zin
    plain: Zin
    """The purpose as somebody tells the person it is about: "om u te helpen met schulden"."""
    legal_basis: Annotated[tuple[Rechtsgrond, ...], Field(min_length=1)]
    data_subjects: Annotated[
        tuple[
            Literal[
                "Adult", "Citizen", "Employee", "GuardianOfHuman", "ParentOfHuman", "Patient",
                "Student", "VulnerableHuman",
            ],
            ...,
        ],
        Field(min_length=1),
    ]  # fmt: skip
    personal_data: Gegevens
    sources: tuple[str, ...]
    """Regimes of the data that may serve this purpose; the rules say on which condition."""
    processing_options: Annotated[
        tuple[Literal["Disclose", "Obtain", "Organise", "Remove", "Store", "Use"], ...],
        Field(min_length=1),
    ]
    recipients: Annotated[tuple[Ontvanger, ...], Field(min_length=1)]
    measures: Annotated[tuple[Maatregel, ...], Field(min_length=1)]
    confidential: bool


class Activiteit(_Deel):
    """What the organisation does with data, in all its versions, oldest first."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$")]
    doel: Doel | None
    """The purpose of a question that leads here."""
    versies: Annotated[tuple[Versie, ...], Field(min_length=1)]

    def op(self, dag: date) -> Versie:
        """The one version in force on a day. Raises LookupError before the first."""
        geldig = [versie for versie in self.versies if versie.valid_from <= dag]
        if not geldig:
            raise LookupError(f"{self.id} op {dag}")
        return geldig[-1]

    def versie(self, nummer: int) -> Versie:
        """Raises LookupError."""
        for versie in self.versies:
            if versie.version == nummer:
                return versie
        raise LookupError(f"{self.id} versie {nummer}")


class Rol(_Deel):
    """Who answers for facts of one herkomst, together with whom, and who works for them."""

    herkomst: str
    controller: Zin
    joint_controllers: tuple[Zin, ...]
    processor: Zin


class Register:
    """All activities of a gemeente. Raises ValueError for versions out of order."""

    def __init__(
        self, gemeente: str, activiteiten: Iterable[Activiteit], rollen: Iterable[Rol]
    ) -> None:
        self._gemeente = gemeente
        self.activiteiten: Mapping[str, Activiteit] = {a.id: a for a in activiteiten}
        self.rollen = tuple(rollen)
        self._bij_doel = {a.doel: a.id for a in self.activiteiten.values() if a.doel is not None}
        for activiteit in self.activiteiten.values():
            versies = activiteit.versies
            if [versie.version for versie in versies] != list(range(1, len(versies) + 1)):
                raise ValueError(f"{activiteit.id}: versies tellen niet door vanaf 1")
            dagen = [versie.valid_from for versie in versies]
            if dagen != sorted(set(dagen)):
                raise ValueError(f"{activiteit.id}: versies gaan niet na elkaar in")

    def uri(self, activiteit: str, dag: date) -> str:
        """What a line names: the activity in the version in force. Raises LookupError."""
        versie = self.activiteiten[activiteit].op(dag).version
        return f"{_URN}:{self._gemeente}:{activiteit}:{versie}"

    def bij(self, doel: Doel) -> str:
        """The activity that a purpose belongs to. Raises LookupError."""
        return self._bij_doel[doel]

    def lees(self, uri: str) -> tuple[Activiteit, Versie]:
        """The text that a line meant. Raises LookupError for what is no URI of this register."""
        begin, _, nummer = uri.rpartition(":")
        ruimte, _, naam = begin.rpartition(":")
        if ruimte != f"{_URN}:{self._gemeente}" or not (nummer.isascii() and nummer.isdigit()):
            raise LookupError(uri)
        activiteit = self.activiteiten[naam]
        return activiteit, activiteit.versie(int(nummer))


@cache
def _bestanden() -> tuple[tuple[Activiteit, ...], tuple[Rol, ...]]:
    folder = resources.files("services.consent.log").joinpath("verwerkingen")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    rollen = resources.files("services.consent.log").joinpath("verwerkingsrollen.json")
    return (
        tuple(Activiteit.model_validate_json(file.read_bytes()) for file in files),
        _Rollen.model_validate_json(rollen.read_bytes()).rollen,
    )


def register(gemeente: str) -> Register:
    """The register of this release, for one gemeente; who answers for the file of one holder of
    several is who answers for files of that kind."""
    activiteiten, rollen = _bestanden()
    bekend = {rol.herkomst for rol in rollen}
    dossiers = [
        rol.model_copy(update={"herkomst": rij.code})
        for rij in herkomsten().values()
        if rij.code not in bekend
        for rol in rollen
        if herkomst(rol.herkomst).regime == rij.regime
    ]
    return Register(gemeente, activiteiten, (*rollen, *dossiers))


class _Rollen(_Deel):
    version: int
    valid_from: date
    rollen: tuple[Rol, ...]
