"""Signed heads: the form of C2SP, whose signature counts, and the file of the key."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.koppen import (
    LOG,
    WITNESS,
    Head,
    HeadRefusedError,
    KeyFile,
    Signer,
    Verifier,
    note,
    origin,
    parts,
    read,
)
from infra.provider import KeyFileError

NAAM = origin("9999")
SEED = bytes(range(32))
SIGNER = Signer(NAAM, LOG, SEED)
GETUIGE = Signer("getuige.example/fg", WITNESS, SEED[::-1])
HEAD = Head(NAAM, 1204, sha256(b"wortel").digest())
NOTE = note(HEAD, [SIGNER.sign(HEAD.text)])


def test_form_is_that_of_c2sp_written_out_by_hand() -> None:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    public = key.public_key().public_bytes_raw()
    number = sha256(b"samenplan/9999/logboek\n\x01" + public).digest()[:4]
    text = f"samenplan/9999/logboek\n1204\n{b64encode(HEAD.root).decode()}\n"
    line = b64encode(number + key.sign(text.encode())).decode()
    assert f"{text}\n— samenplan/9999/logboek {line}\n" == NOTE
    encoded = b64encode(b"\x01" + public).decode()
    assert str(SIGNER.verifier) == f"samenplan/9999/logboek+{number.hex()}+{encoded}"


def test_cosignature_is_that_of_c2sp_written_out_by_hand() -> None:
    key = Ed25519PrivateKey.from_private_bytes(SEED[::-1])
    public = key.public_key().public_bytes_raw()
    number = sha256(b"getuige.example/fg\n\x04" + public).digest()[:4]
    message = f"cosignature/v1\ntime 1679315147\n{HEAD.text}".encode()
    raw = number + (1679315147).to_bytes(8, "big") + key.sign(message)
    line = GETUIGE.sign(HEAD.text, 1679315147)
    assert line == f"— getuige.example/fg {b64encode(raw).decode()}\n"
    assert GETUIGE.verifier.signed(NOTE + line) == 1679315147
    assert read(NOTE + line, SIGNER.verifier) == HEAD


def test_example_of_the_specification_is_read() -> None:
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
        "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    text, signatures = parts(example)
    assert text.splitlines()[1] == "20852163"
    assert [(name, len(raw)) for name, raw in signatures] == [
        ("example.com/behind-the-sofa", 4 + 64), ("witness.example.com/w1", 4 + 8 + 64),
    ]  # fmt: skip
    assert int.from_bytes(signatures[1][1][4:12], "big") == 1679315147


def test_keys_are_read_back() -> None:
    for signer in (SIGNER, GETUIGE):
        assert Verifier.parse(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize("key", [
    "", "x", "a+b", "naam+00000000+AQID", str(SIGNER.verifier).replace("9999", "9998"),
    str(SIGNER.verifier)[:-4] + "AAA=", str(SIGNER.verifier) + "AAAA",
])  # fmt: skip
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(HeadRefusedError):
        Verifier.parse(key)


def test_every_changed_byte_is_refused() -> None:
    raw = NOTE.encode()
    for at in range(len(raw)):
        for bit in (1, 32):
            changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises((HeadRefusedError, UnicodeDecodeError)):
                read(changed.decode(), SIGNER.verifier)
    for end in range(len(NOTE)):
        with pytest.raises(HeadRefusedError):
            read(NOTE[:end], SIGNER.verifier)


def test_head_of_another_log_key_or_form_is_refused() -> None:
    other = Signer(NAAM, LOG, bytes(32))
    with pytest.raises(HeadRefusedError, match="niet ondertekend"):
        read(NOTE, other.verifier)
    elsewhere = Head(origin("9998"), 5, bytes(32))
    with pytest.raises(HeadRefusedError, match="niet die van"):
        read(note(elsewhere, [SIGNER.sign(elsewhere.text)]), SIGNER.verifier)
    for text in (
        f"{NAAM}\n01204\n{b64encode(HEAD.root).decode()}\n", f"{NAAM}\n1204\nAAAA\n",
        f"{NAAM}\n-1\n{b64encode(HEAD.root).decode()}\n", f"{NAAM}\n1204\n", HEAD.text + "meer\n",
    ):  # fmt: skip
        with pytest.raises(HeadRefusedError):
            read(f"{text}\n{SIGNER.sign(text)}", SIGNER.verifier)
    assert GETUIGE.verifier.signed(NOTE) is None


def test_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "logboek.sleutel"
    with pytest.raises(KeyFileError, match="ontbreekt"):
        KeyFile(path, NAAM).signer()
    made = KeyFile(path, NAAM, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyFile(path, NAAM, create=True).verifier == made.verifier
    assert read(note(HEAD, [made.signer().sign(HEAD.text)]), made.verifier) == HEAD
    with pytest.raises(KeyFileError, match="niet de sleutel van"):
        KeyFile(path, origin("9998")).signer()


def test_key_that_goes_is_missed_at_the_next_use_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "logboek.sleutel"
    made = KeyFile(path, NAAM, create=True)
    content = path.read_text()
    path.unlink()
    with pytest.raises(KeyFileError, match="ontbreekt"):
        made.signer()
    for wrong in ("", "PRIVATE+KEY+x+00000000+AQ==", content[:-8]):
        path.write_text(wrong)
        path.chmod(0o600)
        with pytest.raises(KeyFileError):
            made.signer()
    path.write_text(content)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="leesbaar voor anderen"):
        made.signer()
    path.chmod(0o600)
    assert made.signer().verifier == made.verifier
