"""What holds for every fact: closed, silent about its input, named for ever, explained."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from events.base import (
    ERASED,
    Capsule,
    Erased,
    Fact,
    Open,
    Personal,
    Place,
    Sealed,
    UnknownFactError,
    Zegelplaats,
)
from events.begrippen import Leefgebied, herkomst
from events.plan import DoelGesteld
from infra.mapper import from_bytes
from infra.seal import Opener, SealError, SealingKey
from tests.events.voorbeelden import example, published

PLAATS = Zegelplaats((UUID(int=7),), herkomst("wmo-onderzoek"), Leefgebied.WONEN)
DICHT = Sealed(
    Capsule(Place("9999", UUID(int=1), 1, "nl.samenplan.proef", 1), ("dag",), "0" * 32, b""), "dag"
)


class Afspraak(Fact, naam="nl.samenplan.proef-afspraak"):
    """Sample: a personal field of each kind."""

    dag: Personal[date]
    tekst: Personal[str] | None = None
    huishouden: UUID | None = None


class Verhuizing(Fact, naam="nl.samenplan.proef-verhuizing", versie=2):
    """Sample of version 2: what was called `adres` is called `woonadres`; `soort` is new."""

    woonadres: Personal[str]
    soort: str
    kamers: Personal[int] | None = None

    @staticmethod
    def upcast_v1_v2(fields: dict[str, Any]) -> dict[str, Any]:
        adres = fields.pop("adres")
        return {**fields, "woonadres": adres, "soort": "onbekend"}


FACTS = pytest.mark.parametrize("kind", published(), ids=lambda kind: kind.naam)


class TestPersonal:
    def test_three_states_are_accepted_as_they_are(self) -> None:
        assert Afspraak(dag=DICHT).dag is DICHT
        assert Afspraak(dag=ERASED).dag is ERASED
        assert Afspraak(dag=Open(date(2026, 3, 2), PLAATS)).dag == Open(date(2026, 3, 2), PLAATS)

    def test_an_open_value_is_checked_and_made_what_it_should_be(self) -> None:
        made = Afspraak.model_validate({"dag": Open("2026-03-02", PLAATS)})
        assert made.dag == Open(date(2026, 3, 2), PLAATS)

    @pytest.mark.parametrize(
        "value",
        [Open("geen dag", PLAATS), Open(None, PLAATS), date(2026, 3, 2), "2026-03-02", None,
         {"waarde": "2026-03-02"}, ("dag", b"")],
        ids=repr,
    )  # fmt: skip
    def test_anything_else_is_refused(self, value: object) -> None:
        with pytest.raises(ValidationError):
            Afspraak.model_validate({"dag": value})

    def test_an_open_or_erased_value_is_never_written_as_it_is(self) -> None:
        for value in (Open(date(2026, 3, 2), PLAATS), ERASED, DICHT):
            made = Afspraak(dag=value)
            for write in (made.model_dump_json, lambda made=made: made.model_dump(mode="json")):
                with pytest.raises(Exception, match="alleen verzegeld") as raised:
                    write()
                assert "2026" not in str(raised.value)

    def test_a_fact_knows_its_personal_fields(self) -> None:
        assert Afspraak.personal == {"dag", "tekst"}
        assert DoelGesteld.personal == {"woorden", "resultaat", "evaluatie_op", "leefgebied"}

    def test_a_personal_field_belongs_to_somebody(self) -> None:
        with pytest.raises(ValueError, match="minstens een betrokkene"):
            Zegelplaats((), herkomst("wmo-onderzoek"), Leefgebied.WONEN)

    def test_persons_have_no_order_and_count_once(self) -> None:
        one, two = UUID(int=1), UUID(int=2)
        places = {
            Zegelplaats(persons, herkomst("wmo-onderzoek"), Leefgebied.WONEN)
            for persons in ((one, two), (two, one), (two, one, two))
        }
        assert len(places) == 1

    def test_erased_is_no_text(self) -> None:
        assert Erased() == ERASED
        assert not isinstance(ERASED, str)


class TestClosed:
    @FACTS
    def test_unknown_fields_are_refused_without_an_echo(self, kind: type[Fact]) -> None:
        fields = dict(example(kind)) | {"verzonnen": "Noah-Duin-geheim"}
        with pytest.raises(ValidationError) as raised:
            kind.model_validate(fields)
        assert "verzonnen" in str(raised.value)
        assert "Noah-Duin-geheim" not in str(raised.value)

    @FACTS
    def test_a_wrong_value_is_refused_without_an_echo(self, kind: type[Fact]) -> None:
        for name, field in kind.model_fields.items():
            wrong = ["Noah-Duin-geheim"]
            value = Open(wrong, PLAATS) if name in kind.personal else wrong
            with pytest.raises(ValidationError) as raised:
                kind.model_validate(dict(example(kind)) | {name: value})
            assert name in str(raised.value)
            assert "Noah-Duin-geheim" not in str(raised.value), field

    @FACTS
    def test_a_fact_cannot_be_changed(self, kind: type[Fact]) -> None:
        made = example(kind)
        for name in kind.model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(made, name, None)

    @FACTS
    def test_a_required_field_is_required(self, kind: type[Fact]) -> None:
        for name, field in kind.model_fields.items():
            if field.is_required():
                fields = dict(example(kind))
                del fields[name]
                with pytest.raises(ValidationError, match=name):
                    kind.model_validate(fields)


class TestNames:
    def test_names_are_unique_and_of_one_form(self) -> None:
        names = [kind.naam for kind in published()]
        assert len(names) == len(set(names)) >= 40
        for name in names:
            assert re.fullmatch(r"nl\.samenplan\.[a-z-]+", name), name

    def test_a_name_is_given_once(self) -> None:
        with pytest.raises(TypeError, match="bestaat al"):

            class Nogmaals(Fact, naam="nl.samenplan.doel-gesteld"):
                """A second fact under a name that is taken."""

        assert Fact.build("nl.samenplan.doel-gesteld", 1, dict(example(DoelGesteld)))

    @FACTS
    def test_every_fact_says_what_it_means(self, kind: type[Fact]) -> None:
        assert kind.__doc__ is not None
        assert len(kind.__doc__.split()) >= 4
        assert kind.__doc__ != Fact.__doc__

    @FACTS
    def test_every_version_can_be_read(self, kind: type[Fact]) -> None:
        for step in range(1, kind.versie):
            assert callable(getattr(kind, f"upcast_v{step}_v{step + 1}"))

    @pytest.mark.parametrize(
        ("naam", "versie"),
        [("nl.samenplan.van-later", 1), ("nl.samenplan.doel-gesteld", 2),
         ("nl.samenplan.doel-gesteld", 0), ("events.plan:DoelGesteld", 1), ("os.system", 1)],
    )  # fmt: skip
    def test_what_this_release_does_not_know_is_no_guess(self, naam: str, versie: int) -> None:
        with pytest.raises(UnknownFactError, match=re.escape(naam)):
            Fact.build(naam, versie, {})


class TestUpcast:
    """A fact of version 1, as it was stored then, read by a release that knows version 2."""

    KID, KEY, STREAM = "ab" * 16, bytes(range(32)), UUID(int=5)

    def read(self) -> Verhuizing:
        place = Place("9999", self.STREAM, 4, Verhuizing.naam, 1)
        capsule = SealingKey(self.KID, self.KEY).seal(
            place, {"adres": "Zandpad 12", "kamers": 3, "verantwoording": {}}
        )
        stored = {
            "schema": 1, "gemeente": "9999", "op": "2026-03-02T09:30:00Z", "hoed": "systeem",
            "correlatie": str(self.STREAM), "oorzaak": None, "open": {},
            "dicht": [[self.KID, capsule.names, b64encode(capsule.sealed).decode()]],
        }  # fmt: skip
        fact = from_bytes(self.STREAM, 4, Verhuizing.naam, json.dumps(stored).encode()).fact
        assert isinstance(fact, Verhuizing)
        return fact

    def test_a_renamed_field_still_opens(self) -> None:
        fact, opener = self.read(), Opener({self.KID: self.KEY})
        assert fact.soort == "onbekend"
        assert isinstance(fact.woonadres, Sealed)
        assert isinstance(fact.kamers, Sealed)
        assert fact.woonadres.name == "adres"  # as it was written: the seal covers it
        assert fact.woonadres.capsule.place.schema == 1
        assert opener.open(fact.woonadres) == "Zandpad 12"
        assert opener.open(fact.kamers) == 3

    def test_a_seal_that_is_given_the_new_name_does_not_open(self) -> None:
        value = self.read().woonadres
        assert isinstance(value, Sealed)
        renamed = value.capsule._replace(names=("kamers", "verantwoording", "woonadres"))
        with pytest.raises(SealError):
            Opener({self.KID: self.KEY}).open(Sealed(renamed, "woonadres"))
