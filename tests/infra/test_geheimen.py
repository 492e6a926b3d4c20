"""The folder of a service's secrets: made once, read strictly, and no more in it than needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.auth import Aangemeld, NotSignedInError
from infra.geheimen import DIENSTEN, Geheimen, maak
from infra.provider import FileKeyProvider, KeyFileError
from tests.infra.test_auth import WIE
from tests.infra.world import NU


@pytest.fixture(scope="module")
def gemaakt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: nothing here changes it."""
    folder = tmp_path_factory.mktemp("geheimen")
    maak(folder, ["9998", "9999"])
    return folder


@pytest.fixture
def eigen(gemaakt: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    subprocess.run(["cp", "-a", gemaakt, tmp_path / "eigen"], check=True)
    return tmp_path / "eigen"


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_service_has_its_own_and_no_more(gemaakt: Path) -> None:
    files = {dienst: set(content(gemaakt / dienst)) for dienst in DIENSTEN}
    ieder = {
        "wortel", "gedeeld", "database", "ca.crt", "tls.crt", "tls.key", "aanmelding.pub",
        *(f"diensten/{dienst}.crt" for dienst in DIENSTEN),
    }  # fmt: skip
    assert files["intake"] == files["plan"] == ieder
    assert files["portal"] == ieder | {"aanmelding.key"}
    assert files["consent"] == ieder | {
        f"{wat}-{gemeente}.{soort}"
        for wat, soort in (("sleutels", "json"), ("logboek", "sleutel"))
        for gemeente in ("9998", "9999")
    }
    for naam, gelijk in (("gedeeld", 1), ("wortel", 4), ("database", 4), ("tls.key", 4)):
        assert len({(gemaakt / d / naam).read_bytes() for d in DIENSTEN}) == gelijk, naam


def test_only_what_is_public_can_be_read_by_others(gemaakt: Path) -> None:
    for path in gemaakt.rglob("*"):
        public = path.suffix in (".crt", ".pub") or path.name == "diensten"
        assert public or not path.stat().st_mode & 0o077, path.name


def test_again_changes_nothing_and_a_gemeente_more_adds_its_keys(eigen: Path) -> None:
    before = content(eigen)
    assert maak(eigen, ["9998", "9999"]) == []
    assert content(eigen) == before
    new = [eigen / "consent" / name for name in ("sleutels-9997.json", "logboek-9997.sleutel")]
    assert maak(eigen, ["9997", "9999"]) == new
    assert before.items() <= content(eigen).items()


def test_a_certificate_that_was_taken_away_is_replaced_everywhere(eigen: Path) -> None:
    (eigen / "plan" / "tls.crt").unlink()
    maak(eigen, ["9999"])
    for dienst in DIENSTEN:
        assert Geheimen(eigen / dienst, dienst).diensttokens()


def test_services_share_what_is_shared_and_nothing_else(gemaakt: Path) -> None:
    intake, plan = (Geheimen(gemaakt / dienst, dienst) for dienst in ("intake", "plan"))
    assert intake.gedeeld("positie") == plan.gedeeld("positie") != intake.gedeeld("waarmerk")
    assert intake.secret("nummers") != plan.secret("nummers")
    assert intake.secret("positie") != intake.gedeeld("positie")
    assert intake.wachtwoord != plan.wachtwoord


def test_the_search_hash_is_that_of_the_key_file(gemaakt: Path, tmp_path: Path) -> None:
    """Who moves from one process to many finds everybody again when the root moves along."""
    provider = FileKeyProvider(tmp_path / "sleutels.json", create=True)
    intake = Geheimen(gemaakt / "intake", "intake")
    asked = ("9999", "bsn", "999990019")
    assert intake.search_hash(*asked) != provider.search_hash(*asked)
    provider._root = bytes.fromhex((gemaakt / "intake" / "wortel").read_text())
    assert intake.search_hash(*asked) == provider.search_hash(*asked)


def test_the_portal_signs_people_in_and_everybody_knows_them(gemaakt: Path) -> None:
    def tokens(dienst: str, gemeente: str | None = "9999") -> Any:
        return Geheimen(gemaakt / dienst, dienst).tokens(gemeente)

    token = tokens("portal").issue(WIE, NU)
    for dienst in DIENSTEN:
        who: Aangemeld = tokens(dienst).check(token, NU)
        assert who == WIE
        with pytest.raises(NotSignedInError):
            tokens(dienst, "9998").check(token, NU)
        if dienst != "portal":
            with pytest.raises(AssertionError):
                tokens(dienst).issue(WIE, NU)


def test_only_consent_has_wrap_keys_and_per_gemeente(gemaakt: Path) -> None:
    consent = Geheimen(gemaakt / "consent", "consent")
    wrapped = consent.wikkelsleutels("9999").wrap(bytes(32))
    with pytest.raises(KeyFileError):
        consent.wikkelsleutels("9998").unwrap(*wrapped)
    for geheimen, gemeente in ((consent, "9997"), (Geheimen(gemaakt / "plan", "plan"), "9999")):
        with pytest.raises(KeyFileError, match=f"ontbreekt sleutels-{gemeente}"):
            geheimen.wikkelsleutels(gemeente)


def gebruik(folder: Path, dienst: str = "portal") -> None:
    geheimen = Geheimen(folder / dienst, dienst)
    geheimen.tokens("9999")
    geheimen.diensttokens()
    geheimen.tls_client()
    geheimen.tls_server()
    assert geheimen.wachtwoord


@pytest.mark.parametrize("naam", ["wortel", "gedeeld", "database", "tls.key", "aanmelding.key"])
def test_a_secret_that_others_can_read_is_refused(eigen: Path, naam: str) -> None:
    for mode in (0o640, 0o604):
        (eigen / "portal" / naam).chmod(mode)
        with pytest.raises(KeyFileError, match=f"^{naam} .* leesbaar voor anderen"):
            gebruik(eigen)


@pytest.mark.parametrize("naam", ["ca.crt", "tls.crt", "aanmelding.pub", "diensten/plan.crt"])
def test_whom_we_believe_is_not_for_others_to_change(eigen: Path, naam: str) -> None:
    (eigen / "portal" / naam).chmod(0o664)
    with pytest.raises(KeyFileError, match=f"^{naam} .* te wijzigen door anderen"):
        gebruik(eigen)


@pytest.mark.parametrize("naam", [
    "wortel", "gedeeld", "database", "ca.crt", "tls.crt", "tls.key", "aanmelding.pub",
    "aanmelding.key", "diensten/plan.crt",
])  # fmt: skip
def test_what_is_absent_or_damaged_is_one_sentence(eigen: Path, naam: str) -> None:
    path = eigen / "portal" / naam
    path.unlink()
    with pytest.raises(KeyFileError, match=f"ontbreekt {naam}$"):
        gebruik(eigen)
    path.touch(mode=0o600)
    with pytest.raises(KeyFileError) as raised:
        gebruik(eigen)
    assert "\n" not in str(raised.value)


def test_the_folder_of_another_service_is_refused(eigen: Path) -> None:
    with pytest.raises(KeyFileError, match="niet die van intake"):
        Geheimen(eigen / "plan", "intake")


def test_command_makes_them_and_says_so(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", "geheimen", *words], capture_output=True, text=True,
            timeout=60,
        )  # fmt: skip

    folder = tmp_path / "geheimen"
    first, again = (run(str(folder), "--gemeenten", "9998,9999") for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "9998" not in first.stdout + first.stderr
    assert again.stdout.startswith("Er was al alles")
    gebruik(folder)
    wrong = run(str(folder), "--gemeenten", "9998,gouda")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "vier cijfers" in wrong.stderr
