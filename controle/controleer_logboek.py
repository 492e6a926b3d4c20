"""Controleert een uitvoer van het logboek van Samenplan, zonder netwerk en zonder Samenplan.

    python controleer_logboek.py uitvoer.json --sleutel SLEUTEL [--kop BESTAND_OF_MAP]
                                 [--getuige SLEUTEL] [--erbij uitvoer2.json] [--regels]

Een uitvoer is van een persoon (haar eigen regels) of van een huishouden (alle regels van een stuk
van het logboek, zodat een weggelaten regel opvalt). SLEUTEL is de openbare sleutel van het logboek
of van een getuige, of een bestand waar die in staat; --kop noemt koppen die u al had, of de map van
een getuige: daarvan telt de nieuwste kop, want dat zij verder ging op de vorige, keek hij zelf na.
Noem de grootte van die kop als u de uitvoer haalt (?koppen=1303): dan zit het bewijs erbij. De
uitslag zegt wat bewezen is, wat ontbreekt en wat er is veranderd.

Afsluitcode: 0 alles bewezen wat de uitvoer zegt; 1 er klopt iets niet; 2 er kon niet worden
gecontroleerd; 3 er is niets veranderd, maar er zijn regels of onderdelen dicht gehouden, of er is
maar een stuk van het logboek; 4 er staat geen open regel in over de persoon of het huishouden waar
het om gaat, en dan is daarover niets bewezen. Nodig: Python 3.11 en het pakket `cryptography`.

Dicht is een regel waarvan alleen de verbintenis is gegeven. Dat hoort zo bij wie toezicht houdt:
haar eigen inzagen en die van de FG kan zij zelf niet meenemen. Maar uit het bestand blijkt niet of
dat de reden is, dus dit programma neemt geen reden aan. Vraag bij dichte regels een uitvoer van
hetzelfde stuk aan een collega van wie het bestand maakte, of aan de FG, en noem die met --erbij:
wat daarin open is, vult de dichte regels aan, en wordt net zo gecontroleerd.

Ook een onderdeel van een regel kan dicht zijn. In een uitvoer van een persoon staat altijd open
waarvoor er is gekeken, wat er is gezien en op welke grond, en in welke functie; is dat dicht, dan
is de code 3. Twee dingen horen dicht te kunnen zijn, en staan onder "Niet te zien": wat de FG vroeg
(dat hij de FG is, staat in de regel zelf), en de naam van wie keek.

Hoe het werkt: elke regel heeft een verbintenis, SHA-256 over haar nummer, tijd, sporen en de
verbintenis van elk onderdeel (SHA-256 over het zout van dat onderdeel en zijn waarde). De
verbintenissen zijn de bladeren van een boom (RFC 6962); de wortel staat in een ondertekende kop
(c2sp.org/tlog-checkpoint). Dit bestand is los geschreven van Samenplan en deelt geen code.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from io import TextIOWrapper
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ModuleNotFoundError:
    print("Er kon niet worden gecontroleerd: het pakket cryptography ontbreekt. Installeer het met "
          "`python -m pip install cryptography`.", file=sys.stderr)  # fmt: skip
    sys.exit(2)

VORM = "samenplan-logboek-uitvoer-1"
_UITVOER = {"vorm", "gemeente", "soort", "over", "kop", "regels", "bewijs", "samenhang"}
_REGEL = {"nr", "vorm", "soort", "tijdstip", "vraag", "span", "boven", "delen"}
_OUDE_REGEL = {"nr", "vorm", "soort", "tijdstip", "vraag", "huishouden", "persoon", "inhoud",
               "zout"}  # fmt: skip


class Fout(Exception):
    """Wat er niet klopt, in een zin."""


class Onleesbaar(Fout):
    """Een kop of sleutel die er geen is; over het logboek zegt dat niets."""


class Kop(NamedTuple):
    """Een ondertekende kop: hoeveel regels, welke wortel, en wanneer een getuige haar zag."""

    grootte: int
    wortel: bytes
    gezien: dict[tuple[str, bytes], int]


class Uitslag(NamedTuple):
    """Wat bewezen is, wat dicht is gehouden, wat niet te zien is, wat er niet klopt, de regels die
    leesbaar zijn, en waarom er over de persoon niets is bewezen."""

    bewezen: list[str]
    dicht: list[str]
    ontbreekt: list[str]
    fout: list[str]
    regels: list[dict[str, Any]]
    leeg: list[str]


# --- boom (RFC 6962) --------------------------------------------------------------------------


def blad(verbintenis: bytes) -> bytes:
    return sha256(b"\x00" + verbintenis).digest()


def knoop(links: bytes, rechts: bytes) -> bytes:
    return sha256(b"\x01" + links + rechts).digest()


def wortel(bladeren: dict[int, bytes], grootte: int, bewijs: list[bytes]) -> bytes | None:
    """De wortel waar deze bladeren toe leiden; `bewijs` vult van links naar rechts aan, en None als
    dat er te veel of te weinig heeft."""
    rest = iter(bewijs)
    nummers = sorted(bladeren)

    def over(van: int, tot: int, deze: list[int]) -> bytes:
        if not deze:
            return next(rest)
        if tot - van == 1:
            return bladeren[van]
        midden = van + _helft(tot - van)
        links = [nummer for nummer in deze if nummer < midden]
        return knoop(over(van, midden, links), over(midden, tot, deze[len(links) :]))

    try:
        gevonden = over(0, grootte, nummers)
    except StopIteration:
        return None
    return gevonden if next(rest, None) is None else None


def leeg(nummers: list[int], van: int, tot: int) -> list[tuple[int, int]]:
    """De grootste stukken van de boom waar geen van deze bladeren in staat: elk is een hash in het
    bewijs."""
    if not nummers:
        return [(van, tot)]
    if tot - van == 1:
        return []
    midden = van + _helft(tot - van)
    links = [nummer for nummer in nummers if nummer < midden]
    return leeg(links, van, midden) + leeg(nummers[len(links) :], midden, tot)


def op_diepte(van: int, tot: int, diepte: int) -> list[tuple[int, int]]:
    """Waar in dit stuk van de boom bladeren zo diep staan."""
    lengte = tot - van
    if lengte & (lengte - 1) == 0:  # een volle boom: alle bladeren even diep
        return [(van, tot)] if lengte == 1 << diepte else []
    midden = van + _helft(lengte)
    rest = diepte - 1
    return [] if rest < 0 else op_diepte(van, midden, rest) + op_diepte(midden, tot, rest)


def gaat_verder(oud: Kop, nieuw: Kop, bewijs: list[bytes]) -> bool:
    """Of de nieuwe boom begint met de oude (RFC 6962 §2.1.2)."""
    rest = list(bewijs)

    def beide(was: int, is_nu: int, heel: bool) -> tuple[bytes, bytes]:
        if was == is_nu:
            deel = oud.wortel if heel else rest.pop()
            return deel, deel
        midden, naast = _helft(is_nu), rest.pop()
        if was <= midden:
            voor, na = beide(was, midden, heel)
            return voor, knoop(na, naast)
        voor, na = beide(was - midden, is_nu - midden, False)
        return knoop(naast, voor), knoop(naast, na)

    try:
        return beide(oud.grootte, nieuw.grootte, True) == (oud.wortel, nieuw.wortel) and not rest
    except IndexError:
        return False


def _helft(grootte: int) -> int:
    return 1 << (grootte - 1).bit_length() - 1


# --- koppen (C2SP) ----------------------------------------------------------------------------


@lru_cache(maxsize=512)
def lees_kop(
    tekst: str, sleutel: str, getuigen: tuple[str, ...] = (), *, alleen: bool = False
) -> Kop:
    """De kop in een ondertekende tekst. `alleen`: er mag niets bij staan dan die handtekening."""
    try:
        inhoud, _, handtekeningen = tekst.rpartition("\n\n")
        regels = [regel.removeprefix("— ").split(" ") for regel in handtekeningen.splitlines()]
        gevonden = {(naam, _b64(code)[:4]): _b64(code)[4:] for naam, code in regels}
        herkomst, aantal, hash_ = inhoud.split("\n")
        kop = Kop(int(aantal), _b64(hash_), {})
        klopt = f"{herkomst}\n{kop.grootte}\n{b64encode(kop.wortel).decode()}" == inhoud
    except ValueError:
        raise Onleesbaar("Een kop heeft niet de juiste vorm.") from None
    over = "".join(f"— {n} {b64encode(i + c).decode()}\n" for (n, i), c in gevonden.items())
    if not klopt or kop.grootte < 0 or len(kop.wortel) != 32 or over != handtekeningen:
        raise Onleesbaar("Een kop heeft niet de juiste vorm.")
    if alleen and len(gevonden) != 1:
        raise Fout("De kop heeft meer handtekeningen dan die van het logboek.")
    naam, nummer, soort, openbaar = lees_sleutel(sleutel)
    handtekening = gevonden.get((naam, nummer))
    if naam != herkomst or soort != 1 or handtekening is None:
        raise Fout(f"Een kop is niet ondertekend door {naam}.")
    _controleer(openbaar, handtekening, f"{inhoud}\n", naam)
    for getuige in getuigen:
        naam, nummer, soort, openbaar = lees_sleutel(getuige)
        handtekening = gevonden.get((naam, nummer))
        if soort != 4:
            raise Onleesbaar("Dit is geen sleutel van een getuige.")
        if handtekening is not None:
            moment = int.from_bytes(handtekening[:8], "big")
            gezegd = f"cosignature/v1\ntime {moment}\n{inhoud}\n"
            _controleer(openbaar, handtekening[8:], gezegd, naam)
            kop.gezien[naam, nummer] = moment
    return kop


def lees_sleutel(sleutel: str) -> tuple[str, bytes, int, bytes]:
    """Naam, nummer, soort en openbare sleutel uit `<naam>+<nummer>+<base64>`."""
    try:
        naam, nummer, code = sleutel.strip().split("+", 2)
        ruw = _b64(code)
        eigen = sha256(naam.encode() + b"\n" + ruw).digest()[:4]
        if eigen.hex() != nummer or len(ruw) != 33:
            raise ValueError
    except ValueError:
        raise Onleesbaar(
            "Dit is geen sleutel om koppen mee te controleren, of het bestand waar die in staat is "
            "er niet. Vraag de beheerder om de openbare sleutel; hij ziet die met `samenplan "
            "logboek sleutel`."
        ) from None
    return naam, eigen, ruw[0], ruw[1:]


def _controleer(openbaar: bytes, handtekening: bytes, tekst: str, naam: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(openbaar).verify(handtekening, tekst.encode())
    except InvalidSignature:
        raise Fout(f"De handtekening van {naam} klopt niet.") from None


def _b64(code: str) -> bytes:
    ruw = b64decode(code, validate=True)
    if b64encode(ruw).decode() != code:  # anders was een veranderd teken te missen
        raise ValueError
    return ruw


def splits_koppen(tekst: str) -> list[str]:
    """De koppen in een bestand, onder elkaar."""
    koppen, nu = [], ""
    for regel in tekst.splitlines(keepends=True):
        if nu.count("\n\n") and not regel.startswith("— "):
            koppen.append(nu)
            nu = ""
        if nu or regel.strip():
            nu += regel
    return [*koppen, nu] if nu else koppen


# --- regels -----------------------------------------------------------------------------------


def verbintenis(regel: dict[str, Any]) -> bytes:
    """Waar de boom deze regel aan houdt, berekend uit wat er van haar is gegeven."""
    if regel.keys() == {"nr", "verbintenis"}:
        return _hex(regel["verbintenis"])
    if type(regel.get("vorm")) is not int:
        raise Fout(f"Regel {regel.get('nr')} heeft niet de juiste vorm.")
    if regel["vorm"] == 1 and regel.keys() == _OUDE_REGEL:
        wie = [regel["huishouden"], regel["persoon"]]
        rij = [
            regel["nr"],
            regel["soort"],
            regel["tijdstip"],
            regel["vraag"],
            *wie,
            regel["inhoud"],
        ]
        return sha256(_hex(regel["zout"]) + _canoniek(rij)).digest()
    if regel["vorm"] != 2 or regel.keys() != _REGEL:
        raise Fout(f"Regel {regel.get('nr')} heeft niet de juiste vorm.")
    delen = {naam: _deel(deel) for naam, deel in regel["delen"].items()}
    kolommen = [regel[naam] for naam in ("soort", "tijdstip", "vraag", "span", "boven")]
    return sha256(_canoniek([2, regel["nr"], *kolommen, delen])).digest()


def _deel(deel: dict[str, Any]) -> str:
    if deel.keys() == {"verbintenis"}:
        return _hex(deel["verbintenis"]).hex()
    if deel.keys() != {"waarde", "zout"}:
        raise Fout("Een onderdeel heeft niet de juiste vorm.")
    return sha256(_hex(deel["zout"]) + _canoniek(deel["waarde"])).hexdigest()


def waarde(regel: dict[str, Any], naam: str) -> tuple[bool, Any]:
    """Of een onderdeel van een regel te lezen is, en wat er staat."""
    if regel.get("vorm") == 1:
        return True, regel[naam] if naam in regel else regel["inhoud"].get(naam)
    deel = regel.get("delen", {}).get(naam, {})
    return "waarde" in deel, deel.get("waarde")


def _canoniek(inhoud: Any) -> bytes:
    return _CODEER(inhoud).encode()


_CODEER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _hex(tekst: str) -> bytes:
    ruw = bytes.fromhex(tekst)
    if len(ruw) != 32 or ruw.hex() != tekst:
        raise Fout("Een hash of zout heeft niet de juiste vorm.")
    return ruw


# --- de controle ------------------------------------------------------------------------------


def controleer(
    uitvoer: Any, sleutel: str, koppen: list[str] | None = None, getuigen: tuple[str, ...] = ()
) -> Uitslag:
    """Controleer een uitvoer tegen de sleutel van het logboek en koppen die al bekend waren."""
    uitslag = Uitslag([], [], [], [], [], [])
    try:
        _controleer_uitvoer(uitvoer, sleutel, koppen or [], getuigen, uitslag)
    except Fout as fout:
        uitslag.fout.append(str(fout))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        uitslag.fout.append("De uitvoer heeft niet de juiste vorm.")
    if uitslag.fout:
        uitslag.bewezen.clear()
        uitslag.dicht.clear()
        uitslag.regels.clear()
        uitslag.leeg.clear()
    return uitslag


def _controleer_uitvoer(
    uitvoer: Any, sleutel: str, koppen: list[str], getuigen: tuple[str, ...], uitslag: Uitslag
) -> None:
    if uitvoer["vorm"] != VORM or uitvoer.keys() != _UITVOER:
        raise Fout("Dit is geen uitvoer die dit programma kent.")
    kop = lees_kop(uitvoer["kop"], sleutel, alleen=True)
    naam = lees_sleutel(sleutel)[0]
    if naam != f"samenplan/{uitvoer['gemeente']}/logboek":
        raise Fout("De uitvoer is van een andere gemeente dan de sleutel.")
    if str(UUID(uitvoer["over"])) != uitvoer["over"]:  # zij komt in de uitslag te staan
        raise ValueError
    uitslag.bewezen.append(f"De kop van {kop.grootte} regels is ondertekend door {naam}.")
    regels = uitvoer["regels"]
    nummers = [regel["nr"] for regel in regels]
    if any(type(nr) is not int for nr in nummers):
        raise ValueError
    if uit := [b for a, b in pairwise(nummers) if a >= b]:
        raise Fout(f"Dubbel, of niet op volgorde van nummer: {_opsomming(uit)}.")
    if nummers and not 1 <= nummers[0] <= nummers[-1] <= kop.grootte:
        buiten = [nr for nr in nummers if not 1 <= nr <= kop.grootte]
        raise Fout(f"De kop is van {kop.grootte} regels; daar past niet bij: {_opsomming(buiten)}.")
    if uitvoer["soort"] == "huishouden":
        _geen_gaten(nummers)
    bladeren = {regel["nr"] - 1: blad(verbintenis(regel)) for regel in regels}
    bewijs = list(map(_hex, uitvoer["bewijs"]))
    if wortel(bladeren, kop.grootte, bewijs) != kop.wortel:
        raise Fout(
            "De regels passen niet bij de ondertekende kop: er is iets veranderd, weggelaten, "
            f"toegevoegd of verplaatst. {_weggelaten(nummers, kop.grootte, len(bewijs))}"
        )
    if regels:
        uitslag.bewezen.append(
            f"De {len(regels)} regels in deze uitvoer staan zo in het logboek van {kop.grootte} "
            "regels."
        )
    _dicht(regels, uitslag)
    soorten = {"persoon": _persoon, "huishouden": _huishouden}
    soorten[uitvoer["soort"]](uitvoer, nummers, kop, uitslag)
    _ouderdom(regels, kop, uitslag)
    _samenhang(uitvoer["samenhang"], kop, koppen, sleutel, getuigen, uitslag)


def _geen_gaten(nummers: list[int]) -> None:
    gaten = [(a + 1, b - 1) for a, b in pairwise(nummers) if b > a + 1]
    if gaten:
        raise Fout(f"Er zijn regels weggelaten: {_stukken(gaten)}. Vraag de hele uitvoer opnieuw.")


def _weggelaten(nummers: list[int], grootte: int, hashes: int) -> str:
    """Welke regel weg kan zijn. Het bewijs heeft een hash voor elk leeg stuk van de boom; een
    weggelaten regel maakte van een leeg stuk er zoveel als zij daarin diep staat."""
    stukken = leeg([nr - 1 for nr in nummers], 0, grootte)
    diepte = hashes - len(stukken) + 1
    kan = (
        [een for van, tot in stukken for een in op_diepte(van, tot, diepte)] if diepte >= 0 else []
    )
    if not kan:
        return "Het bewijs hoort bij meer dan één regel meer of minder dan erin staat."
    waar = _stukken([(van + 1, tot) for van, tot in kan])
    return f"Is er precies één regel weggelaten, en verder niets, dan is dat er een van: {waar}."


def _dicht(regels: list[dict[str, Any]], uitslag: Uitslag) -> None:
    """Wat er van dichte regels te zeggen is. Een oudere maand verloopt voor een nieuwere: een regel
    die dicht is na een regel die open is, is dus niet verlopen."""
    dicht = [regel["nr"] for regel in regels if "vorm" not in regel]
    if not dicht:
        return
    uitslag.dicht.append(
        f"Van {len(dicht)} van de {len(regels)} regels is alleen de verbintenis gegeven "
        f"({_opsomming(dicht)}): zij staan in het logboek, maar wat erin staat, over wie zij gaan "
        "en wie keek, is hier niet te zien. Vraag hetzelfde stuk aan een collega van wie dit "
        "bestand maakte, of aan de FG, en noem die uitvoer met --erbij."
    )
    eerste = next((regel for regel in regels if "vorm" in regel), None)
    nr = eerste["nr"] if eerste else regels[-1]["nr"] + 1
    if later := [een for een in dicht if een > nr]:
        uitslag.dicht.append(
            f"{len(later)} daarvan ({_opsomming(later)}) komen na een regel die open is: hun "
            "bewaartermijn is dus niet voorbij. Wie dit bestand maakte, hield ze dicht."
        )
    if eerder := [een for een in dicht if een < nr]:
        maand = f" van {eerste['tijdstip'][:7]}" if eerste else ""
        uitslag.dicht.append(
            f"{len(eerder)} daarvan ({_opsomming(eerder)}) komen voor de eerste open regel{maand}. "
            "Is de bewaartermijn van hun hele maand voorbij, dan kan niemand ze meer openen; of "
            f"dat zo is, blijkt hier niet. Een uitvoer vanaf regel {nr} heeft ze niet nodig."
        )


def _ouderdom(regels: list[dict[str, Any]], kop: Kop, uitslag: Uitslag) -> None:
    """Tot wanneer de uitvoer iets zegt. Een kop heeft geen datum, en wat ooit klopte blijft
    kloppen: zonder dit is een oude uitvoer, of een zonder het einde, voor nieuw te houden."""
    laatste = next((regel for regel in reversed(regels) if "vorm" in regel), None)
    if laatste is None:
        return
    moment = datetime.fromisoformat(laatste["tijdstip"]).astimezone(UTC)
    uitslag.ontbreekt.append(
        f"De laatste open regel is van {moment:%d-%m-%Y %H:%M} UTC. Over wat daarna gebeurde, zegt "
        "deze uitvoer niets: een oude uitvoer blijft kloppen. Haar kop is van "
        f"{kop.grootte} regels; heeft de nieuwste kop van het logboek er meer, dan is er een "
        "nieuwere uitvoer te vragen."
    )


def _persoon(uitvoer: Any, _nummers: list[int], _kop: Kop, uitslag: Uitslag) -> None:
    eigen: _Plaatsen = {}
    boven: _Besluiten = {}
    for regel in uitvoer["regels"]:
        if "vorm" not in regel:
            continue
        leesbaar, wie = waarde(regel, "persoon")
        if leesbaar and wie == uitvoer["over"]:
            eigen.setdefault((regel["vraag"], regel.get("boven")), []).append(regel)
        elif leesbaar:
            raise Fout(f"Regel {regel['nr']} gaat niet over deze persoon.")
        else:
            boven[regel["vraag"], regel["span"]] = regel
    if alleen := sorted(boven[waar]["nr"] for waar in boven.keys() - eigen.keys()):
        raise Fout(
            f"Bij {_opsomming(alleen)} ontbreekt wat er onder hoort: de regel van deze persoon."
        )
    onder = {waar: hier for waar, hier in eigen.items() if waar[1] is not None}
    if los := sorted(r["nr"] for waar, hier in onder.items() if waar not in boven for r in hier):
        raise Fout(f"Bij {_opsomming(los)} ontbreekt wie er keek: het besluit dat erboven hoort.")
    aantal = sum(map(len, eigen.values()))
    if not aantal:
        uitslag.leeg.append(
            f"Er staat geen open regel in over {uitvoer['over']}. Zo'n uitvoer bewijst niets: wie "
            "een ondertekende kop heeft, kan haar over ieder mens maken. Dat er niemand keek, "
            "blijkt er dus niet uit. Samenplan geeft haar ook als er echt geen regel is: kijk dan "
            "in Samenplan zelf bij 'Wie keek er?', of laat de privacy officer of de FG het "
            "logboek van het huishouden nakijken."
        )
        return
    _dichte_delen(eigen, boven, uitslag)
    _namen(onder, boven, uitslag)
    uitslag.bewezen.append(f"{aantal} regels gaan over {uitvoer['over']}.")
    uitslag.ontbreekt.append(
        "Of dit alle regels over deze persoon zijn, blijkt hier niet, ook niet of er aan het begin "
        "of het einde ontbreken: dat bewijst, voor wat bij een huishouden hoort, de uitvoer van "
        "dat huishouden, voor de privacy officer, de FG en de toezichthouder."
    )
    uitslag.regels.extend(uitvoer["regels"])


_Besluiten = dict[tuple[str, str | None], dict[str, Any]]
_Plaatsen = dict[tuple[str, str | None], list[dict[str, Any]]]
"""Besluiten naar spoor en span, en eigen regels naar het besluit waar zij onder hangen."""
_OPEN = {
    "ldv": "waarvoor er is gekeken",
    "delen": "wat er is gezien of gevraagd, waarom en op welke grond",
}
"""Wat een persoon van een eigen regel altijd ziet. Een regel zonder zo'n onderdeel heeft het nooit
gehad: de namen van haar onderdelen liggen met de verbintenis vast."""
_ONGENOEMD = ("fg", "inwoner")
"""Rollen die Samenplan in een uitvoer van een persoon nooit bij naam noemt."""


def _dichte_delen(eigen: _Plaatsen, boven: _Besluiten, uitslag: Uitslag) -> None:
    """Onderdelen die Samenplan open geeft en hier dicht zijn. Alleen wat de FG vroeg geeft het zelf
    dicht, en wie de FG is staat in het besluit: dicht is dat dus niet voor te wenden."""
    dicht: dict[str, list[int]] = {}
    van_fg = list[int]()
    for waar, hier in eigen.items():
        rol = _rol(boven[waar]) if waar in boven else ""
        for regel in hier:
            if rol is None:
                dicht.setdefault("in welke functie er is gekeken", []).append(regel["nr"])
            for naam, wat in _OPEN.items():
                if naam not in regel.get("delen", {}) or waarde(regel, naam)[0]:
                    continue
                if rol == "fg" and naam == "delen":
                    van_fg.append(regel["nr"])
                else:
                    dicht.setdefault(wat, []).append(regel["nr"])
    for wat, nummers in sorted(dicht.items()):
        uitslag.dicht.append(f"Bij {_opsomming(sorted(nummers))} is dicht gehouden {wat}.")
    if dicht:
        uitslag.dicht.append(
            "Samenplan geeft die onderdelen in een uitvoer van een persoon altijd open. Wie dit "
            "bestand maakte of doorgaf, hield ze dicht: vraag de uitvoer zelf opnieuw."
        )
    if van_fg:
        uitslag.ontbreekt.append(
            f"Bij {_opsomming(sorted(van_fg))} keek de functionaris gegevensbescherming: dat is te "
            "zien, maar wat hij vroeg is vertrouwelijk en staat nooit open."
        )


def _rol(besluit: dict[str, Any]) -> str | None:
    """In welke rol er is gekeken; None als dat dicht is."""
    te_zien, functie = waarde(besluit, "functie")
    return str(functie.get("rol", "")) if te_zien else None


def _namen(onder: _Plaatsen, boven: _Besluiten, uitslag: Uitslag) -> None:
    """Wie er zonder naam in staan. Een naam hoort dicht te zijn voor wie haar niet uit het plan
    kent, en wie zij kent staat niet in het bestand: dit is dus geen alarm, en ook niet bewezen."""
    nooit, misschien = list[int](), list[int]()
    for waar, hier in onder.items():
        besluit = boven[waar]
        if "wie" not in besluit["delen"] or waarde(besluit, "wie")[0]:
            continue
        deze = nooit if _rol(besluit) in _ONGENOEMD else misschien
        deze += [regel["nr"] for regel in hier]
    if nooit:
        uitslag.ontbreekt.append(
            f"Bij {_opsomming(sorted(nooit))} keek een inwoner of de functionaris "
            "gegevensbescherming: hun naam staat nooit open."
        )
    if misschien:
        uitslag.ontbreekt.append(
            f"Bij {_opsomming(sorted(misschien))} is de naam van wie keek dicht. Samenplan noemt "
            "de naam van een professional alleen aan wie haar kent uit het plan; of dat hier de "
            "reden is, blijkt niet. Staat die naam wel in het overzicht in Samenplan zelf, dan is "
            "zij in dit bestand dicht gehouden."
        )


def _huishouden(uitvoer: Any, nummers: list[int], kop: Kop, uitslag: Uitslag) -> None:
    if not nummers:
        raise Fout("Er staat geen regel in.")
    hier = []
    for regel in uitvoer["regels"]:
        if "vorm" not in regel:
            continue
        leesbaar, wat = waarde(regel, "huishouden")
        if not leesbaar:
            raise Fout(f"Van regel {regel['nr']} is niet te zien bij welk huishouden zij hoort.")
        delen = regel.get("delen", {})
        open_ = {naam for naam in delen if waarde(regel, naam)[0]}
        if wat == uitvoer["over"]:
            hier.append(regel)
            if dicht_ := sorted(set(delen) - open_):
                raise Fout(f"Van regel {regel['nr']} is weggelaten: {', '.join(dicht_)}.")
        elif open_ != {"huishouden"}:
            raise Fout(f"Regel {regel['nr']} hoort bij een ander huishouden, en staat toch open.")
    dicht = sum("vorm" not in regel for regel in uitvoer["regels"])
    onbekend = f"; van {dicht} is dat niet te zien" if dicht else ""
    uitslag.bewezen.append(
        f"Alle regels van {nummers[0]} tot en met {nummers[-1]} zijn er; {len(hier)} horen bij "
        f"huishouden {uitvoer['over']}{onbekend}."
    )
    if buiten := leeg([nr - 1 for nr in nummers], 0, kop.grootte):
        stukken = _stukken([(van + 1, tot) for van, tot in buiten])
        uitslag.dicht.append(
            f"Dit is een stuk van het logboek: {stukken} hoort er niet bij. Of daar iets over dit "
            "huishouden staat, blijkt hier niet. Vraag dat stuk erbij."
        )
        if not hier:
            uitslag.leeg.append(
                "In dit stuk staat geen open regel van dit huishouden. Over de rest van het "
                "logboek zegt dat niets."
            )
    uitslag.regels.extend(hier)


def _samenhang(
    bewijzen: dict[str, list[str]], kop: Kop, koppen: list[str], sleutel: str,
    getuigen: tuple[str, ...], uitslag: Uitslag,
) -> None:  # fmt: skip
    over, gezien = dict(bewijzen), set[tuple[str, bytes]]()
    if any(not 0 < int(een) < kop.grootte or str(int(een)) != een for een in over):
        raise ValueError  # een grootte kan in de uitslag komen te staan, een zin niet
    for tekst in koppen:
        bekend = lees_kop(tekst, sleutel, getuigen)
        gezien |= bekend.gezien.keys()
        hashes = over.pop(str(bekend.grootte), None)
        if bekend.grootte > kop.grootte:
            raise Fout(
                f"U had al een kop van {bekend.grootte} regels; deze uitvoer is van een logboek "
                f"van {kop.grootte}. Vraag een nieuwe uitvoer; blijft het zo, dan is het logboek "
                "teruggezet."
            )
        if bekend.grootte == kop.grootte:
            past = bekend.wortel == kop.wortel and not hashes
        else:
            past = bekend.grootte == 0 or (
                hashes is not None and gaat_verder(bekend, kop, list(map(_hex, hashes)))
            )
        if not past:
            raise Fout(
                f"Er is niet bewezen dat dit logboek verder gaat op de kop van {bekend.grootte} "
                f"regels die u had. {_vraag_opnieuw(bekend.grootte, hashes)}"
            )
        door = "".join(
            f"; {naam} zag die op {datetime.fromtimestamp(moment, UTC):%d-%m-%Y %H:%M} UTC"
            for (naam, _), moment in bekend.gezien.items()
        )
        uitslag.bewezen.append(
            f"Het logboek gaat verder op de kop van {bekend.grootte} regels die u had{door}."
        )
    for getuige in getuigen:
        naam, nummer, *_ = lees_sleutel(getuige)
        if (naam, nummer) not in gezien:
            raise Fout(
                f"{naam} tekende geen kop mee die u gaf. Geef met --kop de koppen van die getuige."
            )
    for grootte in over:
        uitslag.ontbreekt.append(f"Een kop van {grootte} regels om mee te vergelijken is er niet.")
    if not koppen:
        uitslag.ontbreekt.append(
            "Er is geen eerdere kop gegeven: of het hele logboek is omgewisseld, blijkt hier niet."
        )


def _vraag_opnieuw(grootte: int, hashes: list[str] | None) -> str:
    if hashes is None:
        return f"Het bewijs zit er niet bij: haal de uitvoer opnieuw, met ?koppen={grootte}."
    return "Het bewijs dat erbij zit, klopt niet."


def _opsomming(nummers: list[int]) -> str:
    eerste = ", ".join(map(str, nummers[:10]))
    meer = f" en {len(nummers) - 10} andere" if len(nummers) > 10 else ""
    return f"regel {eerste}{meer}"


def _stukken(stukken: list[tuple[int, int]]) -> str:
    """Regel 3, regel 7 tot en met 9; wat aansluit, wordt een stuk."""
    samen: list[list[int]] = []
    for van, tot in stukken:
        if samen and samen[-1][1] == van - 1:
            samen[-1][1] = tot
        else:
            samen.append([van, tot])
    zinnen = [f"regel {a}" if a == b else f"regel {a} tot en met {b}" for a, b in samen[:10]]
    meer = f" en {len(samen) - 10} andere stukken" if len(samen) > 10 else ""
    return ", ".join(zinnen) + meer


# --- het programma ----------------------------------------------------------------------------


def _uniek(paren: list[tuple[str, Any]]) -> dict[str, Any]:
    gevonden = dict(paren)
    if len(gevonden) != len(paren):
        raise Onleesbaar("In de uitvoer staat een naam dubbel. Haal haar opnieuw.")
    return gevonden


def _lees(pad: Path) -> str:
    """Wat er in een bestand staat. Werpt OSError, of Onleesbaar als het geen tekst is."""
    try:
        return pad.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Onleesbaar(
            f"{pad} is geen tekst. Haal het bestand opnieuw, en sla het op zoals het is."
        ) from None


def _tekst(gegeven: str) -> str:
    """Wat er staat in een bestand met die naam, of anders de tekst zelf."""
    try:
        return _lees(Path(gegeven)).strip()
    except OSError:
        return gegeven


def _koppen(gegeven: list[str]) -> list[str]:
    gevonden = []
    for pad in map(Path, gegeven):
        bestanden = sorted(pad.glob("*.kop"))[-1:] if pad.is_dir() else [pad]
        deze = [kop for bestand in bestanden for kop in splits_koppen(_lees(bestand))]
        if not deze:
            raise Onleesbaar(
                f"In {pad} staat geen kop. Noem een bestand met een kop, of de map `koppen` van "
                "de getuige."
            )
        gevonden += deze
    return gevonden


def _uitvoer(pad: Path) -> Any:
    try:
        return json.loads(_lees(pad), object_pairs_hook=_uniek)
    except (ValueError, RecursionError):
        raise Onleesbaar(
            f"{pad} is geen uitvoer van het logboek, of niet de hele. Haal haar opnieuw, en sla "
            "haar op zoals zij is."
        ) from None


def vul_aan(uitvoer: Any, ander: Any) -> Any:
    """De uitvoer, haar dichte regels aangevuld uit een andere die ze open heeft.

    Niets daarvan wordt vertrouwd: het geheel moet bij de kop passen. Werpt Onleesbaar.
    """
    try:
        if any(uitvoer[naam] != ander[naam] for naam in ("gemeente", "soort", "over")):
            raise Onleesbaar("De uitvoer om aan te vullen gaat over iets anders.")
        open_ = {regel["nr"]: regel for regel in ander["regels"] if "vorm" in regel}
        regels = [r if "vorm" in r else open_.get(r["nr"], r) for r in uitvoer["regels"]]
    except (LookupError, TypeError, AttributeError):
        raise Onleesbaar("De uitvoer om aan te vullen heeft niet de juiste vorm.") from None
    return uitvoer | {"regels": regels}


def _gevraagd(
    gevraagd: argparse.Namespace,
) -> tuple[Any, str, list[str], tuple[str, ...]]:
    """Uitvoer, sleutel, koppen en getuigen. Werpt OSError, of Fout als er iets onleesbaar is."""
    sleutel, getuigen = _tekst(gevraagd.sleutel), tuple(map(_tekst, gevraagd.getuige))
    if lees_sleutel(sleutel)[2] != 1:
        raise Onleesbaar("Dit is geen sleutel van een logboek. Hoort zij achter --getuige?")
    if any(lees_sleutel(getuige)[2] != 4 for getuige in getuigen):
        raise Onleesbaar("Dit is geen sleutel van een getuige. Hoort zij achter --sleutel?")
    koppen = _koppen(gevraagd.kop)
    for kop in koppen:
        try:
            lees_kop(kop, sleutel)
        except Onleesbaar:
            raise
        except Fout:  # leesbaar, en niet in orde: dat zegt de uitslag
            continue
    uitvoer = _uitvoer(gevraagd.uitvoer)
    for pad in gevraagd.erbij:
        uitvoer = vul_aan(uitvoer, _uitvoer(pad))
    return uitvoer, sleutel, koppen, getuigen


def toon(uitslag: Uitslag, *, regels: bool) -> str:
    """De uitslag zoals iemand haar leest."""
    blokken = [
        (kop, zinnen)
        for kop, zinnen in (
            ("Veranderd of niet in orde", uitslag.fout), ("Bewezen", uitslag.bewezen),
            ("Dicht gehouden", uitslag.dicht), ("Leeg", uitslag.leeg),
            ("Niet te zien", uitslag.ontbreekt),
        )
        if zinnen
    ]  # fmt: skip
    lijnen = []
    for kop, zinnen in blokken:
        lijnen += [f"{kop}:", *(f"  - {zin}" for zin in zinnen)]
    for regel in uitslag.regels if regels else ():
        if "vorm" in regel:
            namen = regel["delen"] if regel["vorm"] == 2 else regel["inhoud"]
            open_ = {naam: waarde(regel, naam)[1] for naam in namen if waarde(regel, naam)[0]}
            lijnen.append(f"  {regel['nr']}  {regel['tijdstip']}  {regel['soort']}")
            lijnen.append(f"      {json.dumps(open_, ensure_ascii=False, sort_keys=True)}")
    lijnen.append(_OORDEEL[_code(uitslag)])
    return "\n".join(map(_zichtbaar, lijnen))


_OORDEEL = {
    0: "IN ORDE", 1: "NIET IN ORDE", 3: "NIETS VERANDERD, MAAR NIET ALLES IS OPEN",
    4: "OVER WIE HET GAAT IS NIETS BEWEZEN",
}  # fmt: skip


def _code(uitslag: Uitslag) -> int:
    return 1 if uitslag.fout else 4 if uitslag.leeg else 3 if uitslag.dicht else 0


def _zichtbaar(lijn: str) -> str:
    """Een lijn blijft een lijn: wat een scherm anders zou laten doen, staat er als code."""
    return "".join(teken if teken.isprintable() else f"\\u{ord(teken):04x}" for teken in lijn)


class _Opdracht(argparse.ArgumentParser):
    """De opdrachtregel, met een fout in het Nederlands."""

    def error(self, _message: str) -> NoReturn:
        print(
            "Er kon niet worden gecontroleerd: de opdracht klopt niet. Geef een uitvoer, en de "
            "sleutel van het logboek achter --sleutel. Hoe het moet, zegt --help.",
            file=sys.stderr,
        )
        sys.exit(2)


def main(argumenten: list[str] | None = None) -> int:
    uitleg = _Opdracht(
        usage=argparse.SUPPRESS, add_help=False, description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    erin = uitleg.add_argument_group("Wat u geeft")
    erin.add_argument("uitvoer", type=Path, help="het bestand om te controleren")
    erin.add_argument("--sleutel", required=True, help="openbare sleutel van het logboek")
    erin.add_argument("--kop", action="append", default=[], help="koppen die u al had, of een map")
    erin.add_argument(
        "--getuige", action="append", default=[],
        help="sleutel van een getuige; zij moet een van die koppen hebben meegetekend",
    )  # fmt: skip
    erin.add_argument(
        "--erbij",
        action="append",
        default=[],
        type=Path,
        help="uitvoer van een ander, over hetzelfde",
    )
    erin.add_argument("--regels", action="store_true", help="toon ook de regels")
    erin.add_argument("--help", "-h", action="help", help="deze uitleg")
    gevraagd = uitleg.parse_args(argumenten)
    try:
        uitvoer, sleutel, koppen, getuigen = _gevraagd(gevraagd)
    except (OSError, Fout) as fout:
        wat = str(fout)
        if isinstance(fout, OSError):
            wat = f"{fout.filename} is niet te lezen. Is het bestand er, en mag u het openen?"
        print(_zichtbaar(f"Er kon niet worden gecontroleerd: {wat}"), file=sys.stderr)
        return 2
    uitslag = controleer(uitvoer, sleutel, koppen, getuigen)
    print(toon(uitslag, regels=gevraagd.regels))
    return _code(uitslag)


if __name__ == "__main__":
    for stroom in (sys.stdout, sys.stderr):  # een teken dat het scherm niet kent, is geen fout
        if isinstance(stroom, TextIOWrapper):
            stroom.reconfigure(errors="backslashreplace")
    sys.exit(main())
