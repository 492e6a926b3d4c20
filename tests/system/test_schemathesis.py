"""What the OpenAPI document allows never breaks us, and what it forbids is never accepted.

Every operation gets generated requests by somebody who may do it, on ids that exist: valid ones
(no server error, and the answer is as described) and invalid ones (always 400, as described).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from tests.system.gezin import Gezin, zaai
from tests.system.stad import stad

FEW = settings(
    max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck), derandomize=True,
)  # fmt: skip
WIE = {
    "/personen/{persoon}/inzagen": "anna", "/huishoudens/{huishouden}/inzagen": "joris",
    "/personen/{persoon}/wissing": "hanna", "/grondslagen": "yusuf", "/meldingen": "marloes",
    "/logboek/processing-activities": "joris", "/logboek/otlp": "joris",
    "/logboek/volledigheid": "wil", "/noodzoekingen": "joris",
    "/logboek/volledigheid/controle": "wil",
    "/toestemmingen": "anna", "/opheffingen": "anna", "/akkoorden": "anna", "/bezwaren": "anna",
}  # fmt: skip
"""Who does what the regisseur does not."""
ZELF = {"persoon": "anna", "huishouden": "huis", "plan": "plan", "doel": "doel_anna",
        "actie": "actie_anna", "melding": "melding", "gesprek": "gesprek", "record": "toestemming",
        "notitie": "notitie_Ellenanna"}  # fmt: skip


@cache
def _document() -> dict[str, Any]:
    """The document of an application that nobody uses: its form asks for no data."""
    with stad(Path(mkdtemp())) as s:
        made: dict[str, Any] = s.client.get("/v1/openapi.json").json()
    return made


SCHEMA = schemathesis.openapi.from_dict(_document())
OPERATIONS = {o.ok().label: o.ok() for o in SCHEMA.get_all_operations()}


@dataclass
class Proef:
    """A town with a family, and one operation at a time on it."""

    gezin: Gezin

    def path(self, operation: Any) -> dict[str, str]:
        namen = re.findall(r"\{(\w+)\}", operation.path)
        ids = self.gezin.ids | {"medewerker": str(self.gezin.stad.wie["bram"].id)}
        return {
            # Who is erased cannot be used again, so that is somebody who does not exist.
            # What the family does not have (an emergency access, a restriction) does not exist.
            naam: str(uuid4())
            if "wissing" in operation.path
            else ids.get(ZELF.get(naam, naam), str(uuid4()))
            for naam in namen
        }  # fmt: skip

    def send(self, operation: Any, case: Any) -> httpx.Response:
        sent = case.as_transport_kwargs()
        wie = WIE.get(operation.path, "ellen")
        body = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
        content_type = sent["headers"].get("Content-Type")
        headers = {"Content-Type": content_type} if content_type and "json" not in body else {}
        answer = self.gezin.stad.vraag(
            operation.method.upper(), wie, operation.path.format(**case.path_parameters or {}),
            volg=False, params=sent.get("params"), headers=headers, **body,
        )  # fmt: skip
        answer.elapsed = timedelta(0)  # nothing was sent over a line
        return answer


@pytest.fixture(scope="module")
def proef(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proef]:
    with stad(tmp_path_factory.mktemp("stad")) as s:
        gezin = zaai(s)
        taken, kees, huis = s.world.consent.taken, UUID(gezin.ids["kees"]), UUID(gezin.ids["huis"])
        gezin.ids["taak"] = str(
            taken.ontsta("verjaardag-16", "regisseur", kees, None, taken.systeem(), huis)
        )
        yield Proef(gezin)


def _cases(proef: Proef, operation: Any, mode: GenerationMode, **fixed: Any) -> Any:
    return operation.as_strategy(
        generation_mode=mode, path_parameters=proef.path(operation) or None,
        headers={"idempotency-key": "een-sleutel"}, **fixed,
    )  # fmt: skip


@pytest.mark.parametrize("label", OPERATIONS)
def test_valid_requests_never_break_it(proef: Proef, label: str) -> None:
    operation = OPERATIONS[label]

    @FEW
    @given(_cases(proef, operation, GenerationMode.POSITIVE, query={}))
    def check(case: Any) -> None:
        answer = proef.send(operation, case)
        assert answer.status_code < 500, answer.text
        assert str(answer.status_code) in operation.definition.raw["responses"], answer.status_code
        operation.validate_response(answer)

    check()
    proef.gezin.stad.world.worker.drain()


@pytest.mark.parametrize("label", [label for label, o in OPERATIONS.items() if o.body])
def test_invalid_bodies_are_refused(proef: Proef, label: str) -> None:
    operation = OPERATIONS[label]

    @FEW
    @given(_cases(proef, operation, GenerationMode.NEGATIVE, query={}))
    def check(case: Any) -> None:
        body = case.meta.components.get(ParameterLocation.BODY)
        assume(body is not None and body.mode is GenerationMode.NEGATIVE)
        answer = proef.send(operation, case)
        assert answer.status_code == 400, (answer.status_code, answer.text, case.body)
        operation.validate_response(answer)

    check()


@pytest.mark.parametrize("label", OPERATIONS)
@FEW
@given(token=st.text(min_size=1, max_size=40))
def test_no_position_is_refused(proef: Proef, label: str, token: str) -> None:
    operation = OPERATIONS[label]
    pad = operation.path.format(**proef.path(operation))
    answer = proef.gezin.stad.vraag(
        operation.method.upper(), "ellen", pad, {}, volg=False, params={"naPositie": token}
    )
    assert answer.status_code in (400, 403, 404), answer.text


def test_every_consumer_can_follow_what_was_accepted(proef: Proef) -> None:
    world = proef.gezin.stad.world
    world.worker.drain()
    for consumer in world.worker.consumers:
        assert (consumer.stopped, consumer.quarantined()) == (None, 0), consumer.name
    assert isinstance(world.api(), FastAPI)
