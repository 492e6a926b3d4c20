"""What privacy officer and FG look up on the pages: the log itself, who may see what, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.consent.huis import Huis
from tests.portal.test_nood import Mens
from tests.system.stad import stad


@pytest.fixture(scope="module")
def huis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Huis]:
    with stad(tmp_path_factory.mktemp("toezicht")) as made:
        yield Huis(made)


def test_when_the_log_was_compared_is_on_the_page_with_a_button(huis: Huis) -> None:
    joris, pad = Mens(huis, "joris"), "/inzagen/volledigheid"
    eerst = joris.zie(pad)
    assert "Er is nog niet vergeleken" in eerst
    assert "geen verschil gevonden" not in eerst
    tot = huis.regels()
    naar = joris.doe(pad, pad)
    na = joris.zie(naar)
    assert "Alles is opnieuw vergeleken" in na
    assert f"tot en met regel {tot} van het logboek" in na
    assert "geen verschil gevonden" in na
    assert Mens(huis, "hanna").verstuur(pad, {}).status_code != 303
