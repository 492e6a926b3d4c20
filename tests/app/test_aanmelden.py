"""The demo's own way in: whom a professional may let sign in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from infra.auth import Rol
from tests.system.stad import Stad, stad


@pytest.fixture
def s(tmp_path: Path) -> Iterator[Stad]:
    with stad(tmp_path) as made:
        yield made


def maak(s: Stad, wie: str, persoon: str) -> int:
    body = {"persoon": persoon, "naam": "Anna Proef"}
    return s.vraag("POST", wie, "/personas", body).status_code


def test_regisseur_lets_a_member_of_her_household_sign_in(s: Stad) -> None:
    huis, (anna,) = s.huishouden("ellen", "Anna Proef")
    assert [maak(s, "ellen", anna) for _ in range(2)] == [201, 201]
    assert s.wie["anna"].rol is Rol.INWONER
    assert [seen["id"] for seen in s.zie("anna", "/dossiers")] == [huis]


def test_nobody_else_is_made_a_resident(s: Stad) -> None:
    _, (anna,) = s.huishouden("ellen", "Anna Proef")
    before = list(s.world.staff)
    assert maak(s, "tom", anna) == 404
    assert maak(s, "hanna", anna) == 403
    for other in (s.wie["yusuf"].id, s.wie["hanna"].id, s.wie["ellen"].id, uuid4()):
        assert maak(s, "ellen", str(other)) == 404
    assert list(s.world.staff) == before


def test_colleague_stays_a_colleague_as_a_member_too(s: Stad) -> None:
    _, (anna,) = s.huishouden("ellen", "Anna Proef")
    colleague = s.wie["yusuf"].model_copy(update={"id": UUID(anna)})
    s.world.staff.add(colleague)
    assert maak(s, "ellen", anna) == 404
    assert s.world.staff.get(UUID(anna)) == colleague


def test_who_left_the_household_is_no_longer_hers(s: Stad) -> None:
    huis, (_, bert) = s.huishouden("ellen", "Anna Proef", "Bert Proef")
    s.doe("ellen", f"/huishoudens/{huis}/leden/{bert}/vertrek",
          {"op": "2026-03-02", "reden": "verhuisd"})  # fmt: skip
    assert maak(s, "ellen", bert) == 404
