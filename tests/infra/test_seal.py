"""Capsules: they open where they were sealed, with their own key, unchanged; never otherwise."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from events.base import ERASED, Capsule, Place, Sealed
from infra.seal import KeyNotReleasedError, Opener, SealError, SealingKey, canonical, open_capsule
from tests.infra.world import A_PLACE

KID, OTHER_KID = "0f" * 16, "f0" * 16
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
FIELDS: dict[str, Any] = {"tekst": "De huur is betaald · ja", "zrm": 3, "wens": None}
VECTORS = Path(__file__).with_name("vectors.json")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def sealed(fields: dict[str, Any] = FIELDS, place: Place = A_PLACE) -> Capsule:
    return SealingKey(KID, KEY).seal(place, fields)


def refused(capsule: Capsule, key: bytes = KEY) -> bool:
    try:
        open_capsule(capsule, key)
    except SealError:
        return True
    return False


# What comes out is what went in.


@given(st.dictionaries(st.text(min_size=1, max_size=20), json_values, min_size=1, max_size=6))
def test_what_was_sealed_opens(fields: dict[str, Any]) -> None:
    assert open_capsule(sealed(fields), KEY) == fields


def test_text_that_looks_like_padding_opens() -> None:
    for tekst in ("", "\x80", "\x00" * 70, "\u0080\u0000", "x" * 64):
        assert open_capsule(sealed({"tekst": tekst}), KEY) == {"tekst": tekst}


# It opens in its own place only.


def elsewhere() -> Iterator[tuple[str, Capsule]]:
    capsule = sealed()
    other = {
        "gemeente": ("9998", "999", "99990", ""),
        "stream": (UUID(int=4), UUID(int=0)),
        "version": (4, 6, 0, 2**63),
        "type": ("nl.samenplan.proef-gesloten", "nl.samenplan.proef-genoteerdx", ""),
        "schema": (2, 0, 65535),
    }
    assert set(other) == set(Place._fields), "every part of a place is moved"
    for part, values in other.items():
        for value in values:
            moved = capsule.place._replace(**{part: value})
            yield f"{part}={value!r}", capsule._replace(place=moved)
    # The border between two parts cannot shift either.
    yield "border", capsule._replace(place=capsule.place._replace(gemeente="999", type="9nl"))
    for at, name in enumerate(capsule.names):
        without = capsule.names[:at] + capsule.names[at + 1 :]
        yield f"zonder {name}", capsule._replace(names=without)
        yield f"{name} dubbel", capsule._replace(names=(*capsule.names, name))
        yield f"{name} heet anders", capsule._replace(names=(*without, name + "x"))
    yield "namen omgekeerd", capsule._replace(names=capsule.names[::-1])
    yield "namen aaneen", capsule._replace(names=("".join(capsule.names),))
    yield "zonder namen", capsule._replace(names=())
    yield "ander sleutelnummer", capsule._replace(kid=OTHER_KID)
    number = bytes.fromhex(OTHER_KID)
    inside = capsule.sealed[:1] + number + capsule.sealed[17:]
    yield "ander sleutelnummer, ook binnen", capsule._replace(kid=OTHER_KID, sealed=inside)


@pytest.mark.parametrize(("what", "capsule"), list(elsewhere()), ids=lambda case: str(case)[:40])
def test_moved_capsule_does_not_open(what: str, capsule: Capsule) -> None:
    assert refused(capsule), what


@pytest.mark.parametrize(
    "place",
    [A_PLACE._replace(version=-1), A_PLACE._replace(schema=70_000)],
    ids=["version", "schema"],
)
def test_place_that_cannot_be_is_a_refusal_like_any_other(place: Place) -> None:
    assert refused(sealed()._replace(place=place))


def test_number_that_is_no_number_is_a_refusal_like_any_other() -> None:
    assert refused(sealed()._replace(kid="geen-sleutelnummer"))


# It opens unchanged only.


def test_every_single_bit_counts() -> None:
    capsule = sealed()
    for bit in range(len(capsule.sealed) * 8):
        changed = bytearray(capsule.sealed)
        changed[bit // 8] ^= 1 << bit % 8
        assert refused(capsule._replace(sealed=bytes(changed))), f"bit {bit}"


def test_every_truncation_and_extension_is_refused() -> None:
    capsule = sealed()
    for length in range(len(capsule.sealed)):
        assert refused(capsule._replace(sealed=capsule.sealed[:length])), f"{length} bytes"
        assert refused(capsule._replace(sealed=capsule.sealed[length + 1 :])), f"from {length}"
    for extra in (b"\x00", b"\x80", bytes(16), bytes(64), capsule.sealed):
        assert refused(capsule._replace(sealed=capsule.sealed + extra))


def test_forgeries_are_refused() -> None:
    capsule, chance = sealed(), random.Random(20260302)
    size = len(capsule.sealed)
    for attempt in range(20_000):
        # A third is random throughout, a third keeps the header, a third keeps the commitment.
        keep = (0, 17, 73)[attempt % 3]
        forged = capsule.sealed[:keep] + chance.randbytes(size - keep)
        assert refused(capsule._replace(sealed=forged)), f"attempt {attempt}"


def test_parts_of_two_capsules_do_not_fit_together() -> None:
    one, two = sealed(), sealed()
    for cut in (41, 73, len(one.sealed) - 16):
        assert refused(one._replace(sealed=one.sealed[:cut] + two.sealed[cut:])), f"cut {cut}"


def test_unknown_suite_is_refused() -> None:
    capsule = sealed()
    for suite in set(range(256)) - {1}:
        assert refused(capsule._replace(sealed=bytes([suite]) + capsule.sealed[1:]))


# It opens with its own key only.


def test_wrong_key_is_refused() -> None:
    assert refused(sealed(), OTHER_KEY)
    assert refused(sealed(), KEY[:-1])
    assert refused(sealed(), b"")


def test_commitment_stops_a_ciphertext_with_two_meanings() -> None:
    """One who knows both keys still cannot make one capsule that opens under both.

    Only the commitment is in the way: without it the choice of key would decide what is read.
    """
    capsule = sealed()
    salt = capsule.sealed[17:41]
    _, _, under_one = spec_derive(KEY, salt, spec_aad(capsule))
    _, _, under_other = spec_derive(OTHER_KEY, salt, spec_aad(capsule))
    assert capsule.sealed[41:73] == under_one
    assert under_one != under_other
    for commitment, keys in ((under_one, {KEY}), (under_other, set[bytes]())):
        crafted = capsule._replace(sealed=capsule.sealed[:41] + commitment + capsule.sealed[73:])
        assert {key for key in (KEY, OTHER_KEY) if not refused(crafted, key)} == keys


def test_commitment_is_compared_before_anything_is_decrypted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("decrypted under a key that the capsule did not commit to")

    monkeypatch.setattr("infra.seal.AESGCM.decrypt", never, raising=False)
    monkeypatch.setattr("infra.seal.AESGCM", type("Watched", (), {"__init__": never}))
    assert refused(Capsule(A_PLACE, ("tekst",), KID, crafted(b'{"tekst":1}\x80')), OTHER_KEY)


# Inside a capsule that was made with the right key, everything is strict still.


@pytest.mark.parametrize(
    "plain",
    [
        b'{"tekst":1}' + bytes(53),
        b'{"tekst":1}\x80' + bytes(51) + b"\x01",
        b'{"tekst":1}\x80' + bytes(64 + 52),
        b'{"tekst":1',
        b'{"tekst":1}{"tekst":2}\x80' + bytes(41),
        b'{"ander":1}\x80' + bytes(52),
        b'{"ander":2,"tekst":1}\x80' + bytes(42),
        b"\x80" + bytes(63),
        b"[1]\x80" + bytes(60),
        b"\xff\xfe\x80" + bytes(61),
        bytes(64),
    ],
)
def test_contents_that_we_would_not_write_are_refused(plain: bytes) -> None:
    assert refused(Capsule(A_PLACE, ("tekst",), KID, crafted(plain)))


def crafted(plain: bytes) -> bytes:
    """A capsule as one with the key could make it, with this padded text inside."""
    salt = bytes(24)
    aad = spec_aad(Capsule(A_PLACE, ("tekst",), KID, b""))
    key, nonce, commitment = spec_derive(KEY, salt, aad)
    return b"\x01" + bytes.fromhex(KID) + salt + commitment + AESGCM(key).encrypt(nonce, plain, aad)


# What a capsule says without a key, and what it is made of.


def test_length_is_hidden_within_64_bytes() -> None:
    frame = len(to_json({"tekst": ""})) + 1
    sizes = {length: len(sealed({"tekst": "x" * length}).sealed) for length in range(300)}
    for length, size in sizes.items():
        assert size == 73 + 16 + 64 * -(-(frame + length) // 64), f"text of {length}"
    assert len(set(sizes.values())) <= 6


def test_nothing_of_the_text_is_readable() -> None:
    assert b"huur" not in sealed().sealed
    assert sealed().sealed != sealed().sealed


def test_salts_never_repeat() -> None:
    key, place = SealingKey(KID, KEY), A_PLACE
    salts = {key.seal(place, {"x": 1}).sealed[17:41] for _ in range(2**16)}
    assert len(salts) == 2**16


def test_failing_source_of_randomness_never_gives_a_capsule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: int) -> bytes:
        raise OSError("no randomness")

    monkeypatch.setattr(os, "urandom", broken)
    with pytest.raises(OSError, match="no randomness"):
        sealed()


def test_sealing_key_shows_no_key_and_cannot_open() -> None:
    key = SealingKey(KID, KEY)
    assert [name for name in dir(key) if not name.startswith("_")] == ["kid", "seal"]
    assert KEY.hex() not in repr(key)
    assert not hasattr(key, "__dict__")


# Opener: three outcomes, never mixed up.


def test_opening_ends_in_the_value_erased_or_an_error() -> None:
    capsule = sealed()
    value = Sealed(capsule, "tekst")
    assert Opener({KID: KEY}).open(value) == FIELDS["tekst"]
    assert Opener({}, {KID}).open(value) is ERASED
    with pytest.raises(KeyNotReleasedError):
        Opener({OTHER_KID: KEY}, {OTHER_KID}).open(value)
    with pytest.raises(SealError):
        Opener({KID: OTHER_KEY}).open(value)


def test_whether_something_may_open_is_known_without_opening() -> None:
    value = Sealed(sealed()._replace(sealed=b"damaged"), "tekst")
    assert Opener({KID: KEY}).may_open(value)
    assert Opener({}, [KID]).may_open(value)
    assert not Opener({OTHER_KID: KEY}).may_open(value)


def test_a_capsule_is_opened_once_for_all_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    capsule, opener = sealed(), Opener({KID: KEY})
    opener.open(Sealed(capsule, "tekst"))
    monkeypatch.setattr("infra.seal.open_capsule", None)
    assert {name: opener.open(Sealed(capsule, name)) for name in capsule.names} == FIELDS


def test_canonical_is_one_byte_string_for_one_value() -> None:
    assert canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'.encode()
    assert canonical({"a": None, "b": [1, "é"]}) == canonical({"b": [1, "é"], "a": None})


@given(json_values)
def test_canonical_is_what_the_standard_library_writes(value: object) -> None:
    """The offline checker has nothing else."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == plain.encode()


@pytest.mark.parametrize("value", [2**64, {1: "x"}, {"x": object()}, "\ud800"])
def test_canonical_refuses_what_has_no_one_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


# A second reader, written from the module's docstring only: shares no code with infra.seal.


def spec_aad(capsule: Capsule) -> bytes:
    place = capsule.place
    parts = [
        b"samenplan-capsule-1",
        place.gemeente.encode(),
        place.stream.bytes,
        place.version.to_bytes(8, "big"),
        place.type.encode(),
        place.schema.to_bytes(2, "big"),
        bytes.fromhex(capsule.kid),
        *(name.encode() for name in sorted(capsule.names)),
    ]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def spec_derive(key: bytes, salt: bytes, aad: bytes) -> tuple[bytes, bytes, bytes]:
    info = b"samenplan-capsule-1" + salt + hashlib.sha256(aad).digest()
    okm = block = b""
    for counter in (1, 2, 3):  # HKDF-Expand, RFC 5869 2.3
        block = hmac.new(key, block + info + bytes([counter]), "sha256").digest()
        okm += block
    return okm[:32], okm[32:44], okm[44:76]


def spec_open(capsule: Capsule, key: bytes) -> dict[str, Any] | None:
    raw, aad = capsule.sealed, spec_aad(capsule)
    suite, kid, salt, commitment, text = raw[:1], raw[1:17], raw[17:41], raw[41:73], raw[73:]
    if suite != b"\x01" or kid.hex() != capsule.kid:
        return None
    aes, nonce, expected = spec_derive(key, salt, aad)
    if commitment != expected:
        return None
    try:
        padded = AESGCM(aes).decrypt(nonce, text, aad)
    except InvalidTag:
        return None
    content, mark, rest = padded.rpartition(b"\x80")
    assert mark
    assert not rest.strip(b"\x00")
    assert len(padded) % 64 == 0
    fields: dict[str, Any] = json.loads(content)
    return fields


def to_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@given(st.dictionaries(st.text(min_size=1, max_size=20), json_values, min_size=1, max_size=6))
def test_second_reader_reads_what_we_write(fields: dict[str, Any]) -> None:
    assert spec_open(sealed(fields), KEY) == fields


def test_second_reader_refuses_what_we_refuse() -> None:
    for what, capsule in elsewhere():
        if what != "namen omgekeerd":  # it sorts, as the description says
            assert spec_open(capsule, KEY) is None, what


# Vectors: what an earlier release sealed opens in every later one.


def vectors(write: bool) -> list[dict[str, Any]]:
    if write and not VECTORS.exists():
        lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in made_vectors())
        VECTORS.write_text(f"[\n{lines}\n]\n")
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text())
    return found


def made_vectors() -> list[dict[str, Any]]:
    """Good ones of many shapes, and beside each a few that must fail."""
    chance, made = random.Random(1), list[dict[str, Any]]()
    contents = (
        FIELDS,
        {"tekst": ""},
        {"tekst": "x" * 500, "é": ["a", {"b": None}]},
        *({f"veld{n}": "x" * size for n in range(1 + size % 4)} for size in range(20, 75)),
    )
    for number, fields in enumerate(contents, start=1):
        key, kid = chance.randbytes(32), chance.randbytes(16).hex()
        stream = UUID(int=chance.getrandbits(128), version=4)
        place = Place("9999", stream, number, "nl.samenplan.proef-genoteerd", 1 + number % 3)
        capsule = SealingKey(kid, key).seal(place, fields)
        made.append(as_vector(capsule, key, fields))
        at = chance.randrange(len(capsule.sealed))
        flipped = bytearray(capsule.sealed)
        flipped[at] ^= 1 << chance.randrange(8)
        for bad in (
            capsule._replace(sealed=bytes(flipped)),
            capsule._replace(sealed=capsule.sealed[: chance.randrange(len(capsule.sealed))]),
            capsule._replace(place=place._replace(version=number + 1)),
            capsule._replace(names=(*capsule.names, "zz")),
        ):
            made.append(as_vector(bad, key, None))
    return made


def as_vector(capsule: Capsule, key: bytes, fields: dict[str, Any] | None) -> dict[str, Any]:
    place = {**capsule.place._asdict(), "stream": str(capsule.place.stream)}
    return {
        "key": key.hex(),
        "kid": capsule.kid,
        "place": place,
        "names": list(capsule.names),
        "sealed": capsule.sealed.hex(),
        "opens": fields,
    }


def test_vectors_open_or_fail_for_ever(pytestconfig: pytest.Config) -> None:
    outcomes = []
    for vector in vectors(write=pytestconfig.getoption("--golden")):
        stream = UUID(vector["place"]["stream"])
        place = Place(**{**vector["place"], "stream": stream})
        capsule = Capsule(
            place, tuple(vector["names"]), vector["kid"], bytes.fromhex(vector["sealed"])
        )
        key = bytes.fromhex(vector["key"])
        if vector["opens"] is None:
            assert refused(capsule, key)
        else:
            assert open_capsule(capsule, key) == spec_open(capsule, key) == vector["opens"]
        outcomes.append(vector["opens"] is not None)
    assert outcomes.count(True) >= 50
    assert outcomes.count(False) >= 200
