"""What an operator can set, who is in the directory, and what reaches the technical log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from pydantic import ValidationError

from events.base import Hoed
from infra import logs
from infra.auth import Rol
from infra.settings import Settings, SettingsError
from infra.staff import MedewerkerOnbekend, Persona, Staff, StaffFileError


class TestSettings:
    def test_without_an_environment_it_is_safe(self) -> None:
        found = Settings.read({"PATH": "/bin"})
        assert found == Settings()
        assert (found.host, found.demo, found.productie) == ("127.0.0.1", False, False)
        assert found.key_file == Path("data/sleutels.json")

    def test_the_environment_is_read_and_an_option_overrules_it(self) -> None:
        environment = {
            "SAMENPLAN_DATA": "elders", "SAMENPLAN_POORT": "9000", "SAMENPLAN_DEMO": "true",
            "SAMENPLAN_SLEUTELBESTAND": "kluis/s.json",
        }  # fmt: skip
        found = Settings.read(environment, poort=9001)
        assert (found.data, found.poort, found.demo) == (Path("elders"), 9001, True)
        assert found.key_file == Path("kluis/s.json")

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [("POORT", "0", "SAMENPLAN_POORT heeft geen geldige waarde"),
         ("POORT", "veel", "SAMENPLAN_POORT heeft geen geldige waarde"),
         ("GEMEENTE", "Duinstad", "SAMENPLAN_GEMEENTE heeft geen geldige waarde"),
         ("DOSSIERS", "zomaar", "SAMENPLAN_DOSSIERS: '' is geen dossier onder geheimhouding"),
         ("GEMENTE", "9999", "SAMENPLAN_GEMENTE bestaat niet"),
         ("DEMO", "misschien", "SAMENPLAN_DEMO heeft geen geldige waarde")],
    )  # fmt: skip
    def test_a_wrong_setting_is_named_in_one_sentence(
        self, name: str, value: str, said: str
    ) -> None:
        with pytest.raises(SettingsError) as raised:
            Settings.read({f"SAMENPLAN_{name}": value})
        assert str(raised.value) == f"instelling klopt niet: {said}"
        assert raised.value.__cause__ is None

    def test_demo_and_productie_exclude_each_other(self) -> None:
        both = {"SAMENPLAN_DEMO": "1", "SAMENPLAN_PRODUCTIE": "1"}
        with pytest.raises(SettingsError, match="gaan niet samen"):
            Settings.read(both)

    def test_settings_do_not_change_while_running(self) -> None:
        with pytest.raises(ValidationError):
            Settings().demo = True  # type: ignore[misc]


def persona(number: int, rol: Rol = Rol.PROFESSIONAL, naam: str = "Anna Voorbeeld") -> Persona:
    return Persona(
        id=UUID(int=number), naam=naam, organisatie="Wijkteam", functie="consulent", rol=rol,
        hoed=Hoed.HULPVERLENING, herkomst="wmo-onderzoek",
    )  # fmt: skip


class TestStaff:
    def test_only_professionals_are_colleagues(self) -> None:
        staff = Staff([persona(1), persona(2, Rol.INWONER)])
        assert staff.professional(UUID(int=1)).medewerker.naam == "Anna Voorbeeld"
        for other in (2, 3):
            with pytest.raises(MedewerkerOnbekend):
                staff.professional(UUID(int=other))

    def test_whoever_was_added_is_there_after_a_restart(self, tmp_path: Path) -> None:
        path = tmp_path / "medewerkers.json"
        staff = Staff.read(path)
        assert list(staff) == []
        staff.add(persona(1))
        staff.add(persona(2, Rol.FG))
        staff.add(persona(1, naam="Anna Anders"))
        assert [p.naam for p in Staff.read(path)] == ["Anna Anders", "Anna Voorbeeld"]
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("text", ["", "{", "[{}]", '[{"naam": "Noah Duin"}]'])
    def test_a_damaged_directory_is_told_without_its_content(
        self, tmp_path: Path, text: str
    ) -> None:
        path = tmp_path / "medewerkers.json"
        path.write_text(text)
        with pytest.raises(StaffFileError, match=r"medewerkers\.json is beschadigd") as raised:
            Staff.read(path)
        assert "Noah" not in str(raised.value)


class TestLogs:
    @pytest.fixture(autouse=True)
    def _restored(self) -> Iterator[None]:
        before, level = logging.root.handlers[:], logging.root.level
        yield
        structlog.reset_defaults()
        logging.root.handlers[:] = before
        logging.root.setLevel(level)

    def test_an_error_of_a_library_is_told_without_its_text(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        logs.configure()
        try:
            raise ValueError("Noah Duin kan niet")
        except ValueError:
            logging.getLogger("een.bibliotheek").exception("ging mis met %s", "Noah Duin")
        said = capsys.readouterr().err
        assert "Noah" not in said
        line = json.loads(said)
        assert (line["logger"], line["error"], line["level"]) == (
            "een.bibliotheek", "ValueError", "error",
        )  # fmt: skip

    def test_our_own_lines_are_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        logs.configure()
        structlog.get_logger().warning("stream quarantined", stream="é")
        logging.getLogger("een.bibliotheek").info("dit is te zacht")
        line = json.loads(capsys.readouterr().err)
        assert (line["event"], line["stream"], line["level"]) == (
            "stream quarantined", "é", "warning",
        )  # fmt: skip
