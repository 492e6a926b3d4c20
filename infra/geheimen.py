"""The secrets of one service: a folder that holds what it may know and nothing of another's.

wortel               root of its own secrets (32 bytes, hex)
gedeeld              root of what all services share: position tokens, record MACs
database             password of its role
ca.crt               who vouches for services
tls.crt, tls.key     its certificate: HTTPS, Kafka, service tokens
diensten/<dienst>.crt  certificates of all services, to check their service tokens
aanmelding.pub       checks sign-in tokens; only the portal has aanmelding.key, to make them
sleutels-<gemeente>.json  wrap keys; only consent, which also replaces them (writable folder)
logboek-<gemeente>.sleutel  signs heads of the log; only consent
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from infra.auth import Tokens
from infra.derive import Root
from infra.diensttoken import Diensttokens
from infra.koppen import KeyFile, origin
from infra.pki import Pki
from infra.provider import FileKeyProvider, KeyFileError

DIENSTEN = ("intake", "plan", "consent", "portal")
BEHEER, BROKER = "beheer", "broker"
"""Who else has a folder with a certificate: the one who migrates (also with the password of the
database's superuser), and the brokers."""


class Geheimen(Root):
    """What one service reads from its folder.

    Raises KeyFileError, here or where a file is first used, with one sentence for the operator.
    """

    def __init__(self, map_: Path, dienst: str) -> None:
        self._map = map_
        self.dienst = dienst
        super().__init__(_hex(self._geheim("wortel")))
        self._gedeeld = Root(_hex(self._geheim("gedeeld")))
        self.ca, self.certificaat = self._openbaar("ca.crt"), self._openbaar("tls.crt")
        self.sleutel = self._geheim("tls.key")
        if self._openbaar(f"diensten/{dienst}.crt").read_bytes() != self.certificaat.read_bytes():
            raise KeyFileError(f"de geheimen in {map_.name} zijn niet die van {dienst}")

    def gedeeld(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose that every service derives alike."""
        return self._gedeeld.secret(purpose)

    @property
    def wachtwoord(self) -> str:
        """The password of the service's database role."""
        wachtwoord = self._geheim("database").read_text().strip()
        if not wachtwoord:  # PostgreSQL could take it for "no password needed"
            raise KeyFileError("database is beschadigd")
        return wachtwoord

    def tokens(self, gemeente: str | None) -> Tokens:
        """Checks sign-in tokens of a gemeente (of any: None); the portal's also makes them."""
        maakt = self.dienst == "portal"
        return Tokens(
            gemeente,
            _key(self._openbaar("aanmelding.pub")),
            _key(self._geheim("aanmelding.key")) if maakt else None,
        )

    def diensttokens(self) -> Diensttokens:
        """Makes this service's own tokens and checks those of the others."""
        bekend = {dienst: _key(self._openbaar(f"diensten/{dienst}.crt")) for dienst in DIENSTEN}
        return Diensttokens(self.dienst, _key(self.sleutel), bekend)

    def wikkelsleutels(self, gemeente: str) -> FileKeyProvider:
        """The wrap keys of a gemeente; consent's only."""
        return FileKeyProvider(self._geheim(f"sleutels-{gemeente}.json"))

    def logsleutel(self, gemeente: str) -> KeyFile:
        """What signs the heads of a gemeente's log; consent's only."""
        return KeyFile(self._map / f"logboek-{gemeente}.sleutel", origin(gemeente))

    def tls_client(self) -> ssl.SSLContext:
        """For calls to other services: shows our certificate, trusts only our authority."""
        return self._tls(ssl.Purpose.SERVER_AUTH)

    def tls_server(self) -> ssl.SSLContext:
        """For a port that only other services may use: who shows no certificate is refused."""
        return self._tls(ssl.Purpose.CLIENT_AUTH)

    def _tls(self, purpose: ssl.Purpose) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(purpose, cafile=str(self.ca))
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_cert_chain(self.certificaat, self.sleutel)
        except ssl.SSLError:
            raise KeyFileError(f"het certificaat van {self.dienst} is beschadigd") from None
        return context

    def _geheim(self, naam: str) -> Path:
        """A file that nobody else may read."""
        return self._bestand(naam, 0o077, "leesbaar voor anderen (chmod 600)")

    def _openbaar(self, naam: str) -> Path:
        """A file that everybody may read, but nobody else replace: it says whom we believe."""
        return self._bestand(naam, 0o022, "te wijzigen door anderen (chmod 644)")

    def _bestand(self, naam: str, te_open: int, dan: str) -> Path:
        pad = self._map / naam
        if not pad.is_file():
            raise KeyFileError(f"in de geheimen van {self.dienst} ontbreekt {naam}")
        if pad.stat().st_mode & te_open:
            raise KeyFileError(f"{naam} in de geheimen van {self.dienst} is {dan}")
        return pad


def maak(map_: Path, gemeenten: Collection[str], hosts: Sequence[str] = ()) -> list[Path]:
    """Make the folders of all services in `map_`, and the authority in `map_/ca`; what is new.

    A secret that is there stays; a new gemeente gets its wrap keys. `hosts` are the names, apart
    from its own and localhost, under which a service is called.
    """
    gemaakt: list[Path] = []

    def eens(pad: Path, inhoud: Callable[[], bytes]) -> bytes:
        if not pad.exists():
            _schrijf(pad, inhoud(), 0o600)
            gemaakt.append(pad)
        return pad.read_bytes()

    pki = Pki(map_ / "ca")
    for naam in (BEHEER, BROKER):
        gemaakt += _certificaat(pki, map_ / naam, naam, hosts)
        _schrijf(map_ / naam / "ca.crt", pki.ca.read_bytes(), 0o644)
    eens(map_ / BEHEER / "database", lambda: secrets.token_urlsafe(32).encode())
    mappen = {dienst: map_ / dienst for dienst in DIENSTEN}
    for map_dienst in mappen.values():
        (map_dienst / "diensten").mkdir(parents=True, exist_ok=True)
    for map_nu in (map_ / "ca", *mappen.values()):
        map_nu.chmod(0o700)
    gedeeld = _nieuwe_wortel()
    for map_dienst in mappen.values():  # the first that has one decides for those that have none
        if (map_dienst / "gedeeld").exists():
            gedeeld = (map_dienst / "gedeeld").read_bytes()
            break
    for dienst, map_dienst in mappen.items():
        eens(map_dienst / "wortel", _nieuwe_wortel)
        eens(map_dienst / "gedeeld", lambda: gedeeld)
        eens(map_dienst / "database", lambda: secrets.token_urlsafe(32).encode())
        gemaakt += _certificaat(pki, map_dienst, dienst, hosts)
    for gemeente in gemeenten:
        sleutels = mappen["consent"] / f"sleutels-{gemeente}.json"
        if not sleutels.exists():
            FileKeyProvider(sleutels, create=True)
            gemaakt.append(sleutels)
        logsleutel = mappen["consent"] / f"logboek-{gemeente}.sleutel"
        if not logsleutel.exists():
            KeyFile(logsleutel, origin(gemeente), create=True)
            gemaakt.append(logsleutel)
    aanmelding = eens(
        mappen["portal"] / "aanmelding.key",
        lambda: ECKey.generate_key("P-256").as_pem(private=True),
    )
    openbaar = {
        "ca.crt": pki.ca.read_bytes(),
        "aanmelding.pub": ECKey.import_key(aanmelding).as_pem(private=False),
    } | {f"diensten/{d}.crt": (m / "tls.crt").read_bytes() for d, m in mappen.items()}
    for map_dienst in mappen.values():  # what is public follows its source
        for naam, inhoud in openbaar.items():
            pad = map_dienst / naam
            if not pad.exists() or pad.read_bytes() != inhoud:
                _schrijf(pad, inhoud, 0o644)
                gemaakt.append(pad)
    return gemaakt


def _certificaat(pki: Pki, map_: Path, naam: str, hosts: Sequence[str]) -> list[Path]:
    """A key and its certificate, where there is none; what is new."""
    map_.mkdir(exist_ok=True)
    map_.chmod(0o700)
    key, cert = map_ / "tls.key", map_ / "tls.crt"
    if cert.exists():
        return []
    made = pki.identity(naam, (naam, "localhost", "127.0.0.1", *hosts))
    made.key.replace(key)
    made.cert.replace(cert)  # last: with it the pair is whole
    return [key, cert]


def _nieuwe_wortel() -> bytes:
    return os.urandom(32).hex().encode()


def _schrijf(pad: Path, inhoud: bytes, mode: int) -> None:
    """Never, not even for a moment, readable by others before it may be; never half."""
    beside = pad.with_name(f"{pad.name}.nieuw")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(inhoud)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    beside.replace(pad)


def _hex(pad: Path) -> bytes:
    try:
        root = bytes.fromhex(pad.read_text())
    except (OSError, ValueError):
        root = b""
    if len(root) != 32:
        raise KeyFileError(f"{pad.name} is beschadigd")
    return root


def _key(pad: Path) -> ECKey:
    try:
        return ECKey.import_key(pad.read_bytes())
    except (OSError, ValueError, TypeError, JoseError):
        raise KeyFileError(f"{pad.name} is beschadigd") from None
