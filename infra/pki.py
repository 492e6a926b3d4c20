"""A certificate authority in a folder, and the certificates it issues to services and brokers.

One certificate serves a name everywhere: as server and as client of HTTPS, as Kafka principal,
and to sign service tokens. The name is its CN; nothing else in the subject says who it is. The
authority's key is needed to issue only: whoever is ready may move `ca.key` away and keep the rest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CA_DAYS, _DAYS = 3650, 730
_SKEW = timedelta(hours=1)  # a clock that runs behind must not refuse a fresh certificate


@dataclass(frozen=True, slots=True)
class Identity:
    """The files of one name: its certificate (PEM), its key (PKCS#8 PEM, readable by us only)."""

    cert: Path
    key: Path


class Pki:
    """The authority in `folder`; it is made when there is no `ca.crt`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca = folder / "ca.crt"
        self._ca_key = folder / "ca.key"
        if not self.ca.exists():
            self._make_authority()

    def identity(self, name: str, hosts: Sequence[str] = ("localhost", "127.0.0.1")) -> Identity:
        """Issues `<name>.crt` with a new `<name>.key`, for two years; earlier ones are replaced.

        Raises FileNotFoundError when the authority's key was moved away, ValueError for a name
        that is no file name of its own.
        """
        if name in ("", "ca", "..") or Path(name).name != name:
            raise ValueError(name)
        authority = x509.load_pem_x509_certificate(self.ca.read_bytes())
        signer = _ec_key(self._ca_key.read_bytes())
        key = ec.generate_private_key(ec.SECP256R1())
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        cert = (
            _builder(name, authority.subject, key.public_key(), _DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectAlternativeName([_host(h) for h in hosts]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                critical=False,
            )
            .sign(signer, hashes.SHA256())
        )
        made = Identity(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        _write_key(made.key, key)
        made.cert.write_bytes(cert.public_bytes(Encoding.PEM))
        return made

    def _make_authority(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = "Samenplan CA"
        cert = (
            _builder(name, _subject(name), key.public_key(), _CA_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(ca=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write_key(self._ca_key, key)  # first: a certificate without its key would look finished
        self.ca.write_bytes(cert.public_bytes(Encoding.PEM))


def _builder(
    name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Samenplan"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _ec_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Writes a key that was never, not even for a moment, readable by others."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
