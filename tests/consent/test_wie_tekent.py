"""Who is refused reads who may sign instead: a sentence per situation, with its article."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from events.waarden import Akkoord, Gezag, Gezagsuitkomst, Opheffing
from services.consent.domain import (
    Feiten,
    Handeling,
    MagNietNamens,
    controleer_akkoord,
    controleer_gever,
    controleer_instemming,
    controleer_opheffing,
    wie_beslist,
)
from services.consent.domain.wie_tekent import wie_tekent
from tests.consent.gezin import BUURVROUW, LINA, MENSEN, MOEDER, NOAH, VADER, gezin
from tests.consent.huis import Huis
from tests.consent.test_domain import REGISSEUR, instemming, met_noah
from tests.consent.test_gevallen import feiten_van

ZELF_VANAF_12 = "beslist een jongere vanaf 12 jaar zelf"
SAMEN = "iedereen die het gezag heeft; ieder tekent apart"
VOLWASSEN = "beslist een volwassene zelf; niemand anders"
GEZAG_ONBEPAALD = "Het gezag over dit kind staat niet vast. Een medewerker zoekt dat eerst uit"
KAN_NIET = {"soort": "wilsonbekwaam"}


def met(*vastgelegd: dict[str, Any], **tenzij: Any) -> Feiten:
    geval = {"vastgelegd": list(vastgelegd), "tenzij": tenzij}
    return feiten_van(geval, MENSEN["regisseur"])


def niet_kunnende(over: str, jaren: int | None = None, **namens: str) -> Feiten:
    vastgelegd: list[dict[str, Any]] = [KAN_NIET | {"van": over}]
    vastgelegd += [
        {"soort": "vertegenwoordiger", "van": over, "wie": wie, "als": als}
        for als, wie in namens.items()
    ]
    return met(*vastgelegd, **({} if jaren is None else {"leeftijd": {over: jaren}}))


GEVALLEN: list[tuple[Handeling, UUID, UUID, Feiten, str, str]] = [
    (Handeling.VERSTREKKEN, NOAH, MOEDER, met_noah(15), ZELF_VANAF_12, "7.3.11 lid 1"),
    (Handeling.VERSTREKKEN, NOAH, MOEDER, met_noah(12), ZELF_VANAF_12, "7.3.11 lid 1"),
    (Handeling.VERSTREKKEN, NOAH, MOEDER, met_noah(17), ZELF_VANAF_12, "7.3.11 lid 1"),
    (Handeling.VERSTREKKEN, NOAH, NOAH, met_noah(11), f"onder de 12 jaar {SAMEN}", "7.3.15 lid 1"),
    (Handeling.VERSTREKKEN, MOEDER, VADER, gezin(), VOLWASSEN, "7.3.11"),
    (Handeling.TOESTEMMING, MOEDER, VADER, gezin(), VOLWASSEN, "AVG artikel 7 lid 1"),
    (Handeling.TOESTEMMING, NOAH, MOEDER, met_noah(18), VOLWASSEN, "AVG artikel 7 lid 1"),
    (Handeling.TOESTEMMING, NOAH, MOEDER, met_noah(16), "een jongere vanaf 16 jaar zelf",
     "AVG artikel 7 lid 1"),
    (Handeling.TOESTEMMING, NOAH, NOAH, met_noah(15), "onder de 16 jaar wie het gezag heeft",
     "UAVG artikel 5 lid 1"),
    (Handeling.TOESTEMMING, LINA, BUURVROUW, gezin(), "wie het gezag heeft", "UAVG artikel 5"),
    (Handeling.HULP, NOAH, BUURVROUW, met_noah(15), "van 12 tot 16 jaar de jongere, samen met "
     f"{SAMEN}", "7.3.4 lid 2"),
    (Handeling.HULP, NOAH, MOEDER, met_noah(16), "een jongere vanaf 16 jaar zelf", "7.3.5 lid 1"),
    (Handeling.HULP, LINA, LINA, gezin(), f"onder de 12 jaar {SAMEN}", "7.3.15 lid 1"),
    (Handeling.RECHTEN, NOAH, BUURVROUW, met_noah(15), "zelf, of wie het gezag heeft", "lid 4"),
    (Handeling.RECHTEN, LINA, LINA, gezin(), "onder de 12 jaar wie het gezag heeft", "lid 4"),
    (Handeling.VERSTREKKEN, NOAH, NOAH, niet_kunnende("noah"),
     "niet zelf beslissen. Dan tekent wie het gezag heeft", "7.3.15 lid 1"),
    (Handeling.HULP, LINA, LINA, niet_kunnende("lina"), f"onder de 12 jaar {SAMEN}", "7.3.15"),
    (Handeling.HULP, MOEDER, MOEDER, niet_kunnende("moeder"),
     "de curator of mentor; is die er niet, dan wie schriftelijk is gemachtigd, dan de partner, "
     "dan een familielid (Jeugdwet artikel 7.3.15 lid 3). Leg eerst vast wie dat is.", "7.3.15"),
    (Handeling.VERSTREKKEN, MOEDER, VADER, niet_kunnende("moeder", mentor="buurvrouw"),
     "tekent de curator of mentor; is die er niet", "7.3.15 lid 3"),
    (Handeling.TOESTEMMING, MOEDER, VADER, niet_kunnende("moeder", partner="vader"),
     "tekent alleen de curator of mentor (UAVG artikel 5 lid 2). Leg eerst vast", "UAVG"),
    (Handeling.INTREKKEN, MOEDER, VADER, niet_kunnende("moeder", mentor="buurvrouw"),
     "zelf, of de curator of mentor", "UAVG"),
]  # fmt: skip


@pytest.mark.parametrize(("handeling", "over", "gever", "feiten", "zin", "artikel"), GEVALLEN)
def test_golden_case_of_who_may_sign(
    handeling: Handeling, over: UUID, gever: UUID, feiten: Feiten, zin: str, artikel: str
) -> None:
    with pytest.raises(MagNietNamens) as fout:
        controleer_gever(gever, over, feiten, handeling)
    assert zin in fout.value.zin
    assert artikel in fout.value.zin
    assert wie_tekent(handeling, over, feiten) in fout.value.zin


@pytest.mark.parametrize("uitkomst", ["tijdelijk-geen-gezag", "niet-te-bepalen", "in-onderzoek"])
def test_custody_that_cannot_be_told_is_found_out_first(uitkomst: str) -> None:
    gezag = Gezag(uitkomst=Gezagsuitkomst(uitkomst), houders=(MOEDER, VADER))
    feiten = replace(gezin(), gezag={LINA: gezag, NOAH: gezag})
    for handeling in (Handeling.HULP, Handeling.VERSTREKKEN, Handeling.TOESTEMMING):
        with pytest.raises(MagNietNamens) as fout:
            controleer_gever(MOEDER, LINA, feiten, handeling)
        assert fout.value.zin.startswith(GEZAG_ONBEPAALD)
        assert wie_tekent(handeling, LINA, feiten).startswith(GEZAG_ONBEPAALD)


def test_an_age_that_is_not_known_is_asked_for_and_not_guessed() -> None:
    feiten = replace(gezin(), geboortedata={})
    with pytest.raises(MagNietNamens) as fout:
        controleer_gever(MOEDER, NOAH, feiten, Handeling.TOESTEMMING)
    assert fout.value.zin.endswith("De geboortedatum is niet bekend. Leg die eerst vast.")


def test_the_sentence_never_denies_whoever_may() -> None:
    """Whoever signs alone by the table is never told that another does."""
    for jaren in (11, 12, 15, 16, 17, 18):
        for handeling in Handeling:
            feiten = met_noah(jaren)
            zin, dan = wie_tekent(handeling, NOAH, feiten), wie_beslist(handeling, NOAH, feiten)
            assert dan.artikel in zin
            assert dan.telt(NOAH) == (" zelf" in zin or "de jongere" in zin), (handeling, zin)
            assert dan.telt(MOEDER) == ("het gezag heeft" in zin and "ook wie" not in zin)


def test_what_a_youth_chose_is_not_in_the_sentence() -> None:
    """The same words whether he recorded anything himself or not."""
    ja = instemming(NOAH).model_copy(update={"regimes": ("jeugdhulp",)})
    hef_op = Opheffing(
        herkomst="jeugdhulp-dossier", houder="De Brug", ontvanger=REGISSEUR, gegeven_door=MOEDER
    )
    zonder = met_noah(15)
    mee = met(
        {"soort": "opheffing", "van": "noah", "herkomst": "jeugdhulp-dossier"},
        {"soort": "bezwaar", "van": "noah", "doel": "regie"},
        {"soort": "akkoord", "van": "noah", "door": "noah"},
    )  # fmt: skip
    zinnen = []
    for feiten in (zonder, replace(mee, geboortedata=zonder.geboortedata)):
        gezegd = []
        for controle in (
            lambda f: controleer_instemming(
                ja.model_copy(update={"gegeven_door": MOEDER}), NOAH, f
            ),
            lambda f: controleer_opheffing(hef_op, NOAH, f),
            lambda f: controleer_akkoord(Akkoord(hulp="x", gegeven_door=BUURVROUW), NOAH, f),
        ):
            with pytest.raises(MagNietNamens) as fout:
                controle(feiten)
            gezegd.append(fout.value.zin)
        zinnen.append(gezegd)
    assert zinnen[0] == zinnen[1]


def test_over_http_a_parent_and_a_regisseur_read_why_not(vers: Huis) -> None:
    """Kees is 14, Anna has custody: she is told that he decides, not that whoever has custody does.
    Of a grown-up nobody else signs."""
    huis, kees = vers, str(vers.kees)
    aan = {"ontvanger": {"medewerker": str(huis.stad.wie["ellen"].id)}, "doel": "regie",
           "onderwerpen": ["wonen"], "wijze": "mondeling", "huishouden": str(huis.id)}  # fmt: skip
    jeugd, wgs = aan | {"regimes": ["jeugdhulp"]}, aan | {"regimes": ["wgs"]}
    anna, bert = str(huis.anna), str(huis.bert)
    for wie, body, zin in (
        ("anna", jeugd | {"persoon": kees, "gegevenDoor": anna}, ZELF_VANAF_12),
        ("ellen", jeugd | {"persoon": kees, "gegevenDoor": anna}, ZELF_VANAF_12),
        ("ellen", wgs | {"persoon": anna, "gegevenDoor": bert}, VOLWASSEN),
        ("kees", wgs | {"persoon": kees, "gegevenDoor": kees}, "onder de 16 jaar wie het gezag"),
        ("anna", wgs | {"persoon": kees, "gegevenDoor": kees}, "alleen vast wat u zelf besluit"),
    ):
        antwoord = huis.stad.vraag("POST", wie, "/toestemmingen", body)
        assert (antwoord.status_code, antwoord.json()["code"]) == (409, "mag-niet-namens"), wie
        assert zin in antwoord.json()["detail"], wie
