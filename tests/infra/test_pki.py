"""The certificates: two names of one authority speak TLS with each other; a stranger is refused."""

from __future__ import annotations

import re
import socket
import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.pki import Identity, Pki


def speak(server: Pki, server_name: Identity, client: Pki, client_name: Identity) -> object:
    """The CN the server sees after a mutual handshake. Raises ssl.SSLError when one refuses."""
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(server.ca))
    inside.verify_mode = ssl.CERT_REQUIRED
    inside.verify_flags |= ssl.VERIFY_X509_STRICT
    inside.load_cert_chain(server_name.cert, server_name.key)
    outside = ssl.create_default_context(cafile=str(client.ca))
    outside.verify_flags |= ssl.VERIFY_X509_STRICT
    outside.load_cert_chain(client_name.cert, client_name.key)

    def answer(end: socket.socket) -> object:
        with end, inside.wrap_socket(end, server_side=True) as talk:
            talk.sendall(b"1")
            peer = talk.getpeercert() or {}
            return dict(pair[0] for pair in peer["subject"])

    here, there = socket.socketpair()
    here.settimeout(10)
    there.settimeout(10)
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(answer, there)
        with here, outside.wrap_socket(here, server_hostname="127.0.0.1") as talk:
            talk.recv(1)
        return seen.result(10)


def test_names_of_one_authority_trust_each_other(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    intake, plan = pki.identity("intake"), pki.identity("plan")
    assert speak(pki, intake, pki, plan) == {"organizationName": "Samenplan", "commonName": "plan"}
    assert stat.S_IMODE(intake.key.stat().st_mode) == 0o600
    assert b"BEGIN PRIVATE KEY" in intake.key.read_bytes()


def test_the_authority_is_used_again_and_works_without_its_key(tmp_path: Path) -> None:
    intake = Pki(tmp_path).identity("intake")
    again = Pki(tmp_path)
    plan = again.identity("plan")
    (tmp_path / "ca.key").unlink()
    assert speak(again, intake, Pki(tmp_path), plan)
    with pytest.raises(FileNotFoundError):
        Pki(tmp_path).identity("consent")


def test_a_stranger_with_the_same_name_is_refused(tmp_path: Path) -> None:
    ours, theirs = Pki(tmp_path / "a"), Pki(tmp_path / "b")
    intake, stranger = ours.identity("intake"), theirs.identity("plan")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        speak(ours, intake, ours, stranger)
    with pytest.raises(ssl.SSLError, match="certificate verify failed"):
        speak(ours, intake, theirs, stranger)


@pytest.mark.parametrize("name", ["ca", "../x", "a/b", "..", ""])
def test_a_name_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        Pki(tmp_path).identity(name)
