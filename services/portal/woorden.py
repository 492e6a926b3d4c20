"""Codes in plain Dutch: the one table of what people read. Pure.

Also dates, moments and legal grounds as people write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from events.begrippen import herkomsten
from infra.decider import NEDERLAND

WOORDEN: Mapping[str, Mapping[str, str]] = {
    "onderwerp": {
        "werk-en-inkomen": "Werk en inkomen",
        "financien-en-schulden": "Geld en schulden",
        "wonen": "Wonen",
        "opgroeien-en-opvoeden": "Opgroeien en opvoeden",
        "onderwijs": "School en onderwijs",
        "geestelijke-gezondheid": "Geestelijke gezondheid",
        "lichamelijke-gezondheid": "Lichamelijke gezondheid",
        "middelengebruik": "Middelengebruik",
        "veiligheid": "Veiligheid",
        "sociaal-netwerk": "Familie, vrienden en buren",
        "dagbesteding": "Dagbesteding",
        "justitie": "Politie en justitie",
        "personalia": "Naam, geboortedatum en relatie",
        "contact": "Contactgegevens",
        "adres": "Adres",
        "adres-afgeschermd": "Afgeschermd adres",
        "identificatie": "Burgerservicenummer",
        "gezag": "Gezag",
        "regie": "Regie en informatie",
        "melding": "Melding",
        "delen": "Gronden en toestemmingen",
    },
    "relatie": {
        "regisseur": "regisseur",
        "deelnemer": "deelnemer aan het plan",
        "lid": "lid van het huishouden",
        "gezaghouder": "ouder of voogd met gezag",
        "noodhulp": "noodhulp",
        "vervanger": "vervanger of medewerker van een deelnemer",
        "vertegenwoordiger": "vertegenwoordiger",
    },
    "hoed": {
        "toeleiding": "toeleiding", "hulpverlening": "hulpverlening",
        "coordinatie": "coördinatie", "toezicht": "toezicht", "inwoner": "inwoner",
        "systeem": "systeem",
    },
    "omdat": {
        "regisseur": "u de regisseur bent",
        "deelnemer": "u met een taak meewerkt aan het plan",
        "lid": "u bij dit huishouden hoort",
        "gezaghouder": "u het gezag heeft over een kind in dit huishouden",
        "noodhulp": "u noodtoegang heeft genomen",
        "vervanger": "een deelnemer u aanwees om haar taak mee te doen of over te nemen",
        "vertegenwoordiger": "u spreekt voor iemand in dit huishouden",
    },
    "afwijking": {
        "zonder-werk": "Keek terwijl er lang niets in de zaak was vastgelegd",
        "ongewoon-veel": "Opende op één dag veel meer huishoudens dan op andere dagen",
        "zelfde-naam": "Keek in een huishouden waarin iemand dezelfde achternaam heeft",
    },
    "noodcategorie": {
        "gevaar-voor-een-kind": "Een kind is in gevaar",
        "geweld-in-huis": "Geweld in huis",
        "levensgevaar": "Iemand is in levensgevaar",
        "acute-ontregeling": "Iemand is acuut in de war",
        "acute-verwaarlozing": "Iemand wordt ernstig verwaarloosd",
        "vermissing": "Iemand is vermist",
    },
    "zoekwijze": {
        "naam-en-geboortedatum": "naam en geboortedatum", "adres": "adres",
    },
    "noodstap": {
        "noodtoegang-genomen": "Noodtoegang genomen",
        "noodtoegang-verantwoord": "Verslag gedaan",
        "geheim-opengesteld": "Dossier opengesteld door de geheimhouder",
        "noodtoegang-voorbereid": "Advies van de privacy officer",
        "noodtoegang-beoordeeld": "Oordeel van de beslisser",
        "noodtoegang-beeindigd": "Eerder beëindigd, door wie haar nam",
        "noodblokkade-opgeheven": "Weer vrijgegeven",
    },
    "noodoordeel": {"mag": "Terecht", "mag-niet": "Onterecht"},
    "beperkingstap": {
        "beperking-besloten": "Besloten",
        "beperking-beeindigd": "Beëindigd, of niet gevolgd",
    },
    "beperkingsgrond": {
        "a": "de nationale veiligheid",
        "b": "landsverdediging",
        "c": "de openbare veiligheid",
        "d": "voorkomen, opsporen en vervolgen van strafbare feiten",
        "e": "een ander belangrijk algemeen belang",
        "f": "de onafhankelijkheid van de rechter",
        "g": "schendingen van beroepscodes",
        "h": "een taak van toezicht of inspectie",
        "i": "bescherming van de betrokkene of van anderen",
        "j": "inning van vorderingen",
    },
    "huishoudrol": {
        "volwassene": "volwassene", "ouder": "ouder", "kind": "kind", "partner": "partner",
        "grootouder": "grootouder", "huisgenoot": "huisgenoot", "ander": "ander lid",
    },
    "ledenreden": {
        "gevormd": "bij het begin", "ingetrokken": "ingetrokken", "geboren": "geboren",
        "verhuisd": "verhuisd", "gescheiden": "gescheiden", "uit-huis": "uit huis",
        "overleden": "overleden",
    },
    "gezag": {
        "gezamenlijk-ouderlijk-gezag": "gezamenlijk ouderlijk gezag",
        "eenhoofdig-ouderlijk-gezag": "gezag bij één ouder",
        "gezamenlijk-gezag": "gezamenlijk gezag",
        "voogdij": "voogdij",
        "tijdelijk-geen-gezag": "tijdelijk geen gezag",
        "niet-te-bepalen": "gezag niet te bepalen",
        "in-onderzoek": "gezag wordt onderzocht",
    },
    "situatie": {
        "maatregel": "Een maatregel van de rechter",
        "wilsonbekwaamheid": "Kan hierover niet zelf beslissen",
        "vertegenwoordiger": "Wie voor iemand spreekt",
        "veiligheidshuiscasus": "Een casus in het Zorg- en Veiligheidshuis",
        "doorbreking": "Iets vertellen uit uw eigen dossier",
        "verwijzing": "Uw melding in de verwijsindex",
        "noodafspraak": "Een afspraak voor als er nood is",
        "gezag": "Wie het gezag heeft",
    },
    "maatregelsoort": {
        "ondertoezichtstelling": "ondertoezichtstelling", "voogdij": "voogdij",
        "jeugdreclassering": "jeugdreclassering",
    },
    "vertegenwoordiging": {
        "curator": "curator", "mentor": "mentor", "gemachtigde": "schriftelijk gemachtigd",
        "partner": "partner", "familie": "ouder, kind, broer, zus, grootouder of kleinkind",
    },
    "vervangingsoort": {"vervangt": "Neemt mijn taak over", "werkt-mee": "Werkt met mij mee"},
    "actiestatus": {
        "open": "Nog te doen", "bezig": "Bezig", "klaar": "Klaar", "niet-gelukt": "Niet gelukt",
    },
    "aard": {"preventief": "om erger te voorkomen", "ondersteunend": "om te ondersteunen"},
    "standpunt": {"eens": "Eens", "oneens": "Niet eens", "niet-gevraagd": "Nog niet gevraagd"},
    "doeluitkomst": {
        "gehaald": "Gehaald", "deels": "Deels gehaald", "niet": "Niet gehaald",
        "onbekend": "Nog onbekend",
    },
    "melderssoort": {"inwoner": "inwoner", "professional": "professional", "ander": "ander"},
    "vorm": {
        "grond": "Grondslag", "toestemming": "Toestemming", "instemming": "Toestemming",
        "opheffing": "Opheffing van geheim", "noodafspraak": "Afspraak voor nood",
        "afspraak": "Afspraak voor nood",
        "akkoord": "Akkoord met hulp", "bezwaar": "Bezwaar",
    },
    "doel": {
        "regie": "regie over het plan",
        "wmo-ondersteuning": "ondersteuning volgens de Wmo",
        "jeugd-toegang": "toegang tot jeugdhulp",
        "jeugdhulp": "jeugdhulp",
        "schuldhulp": "schuldhulp",
        "werk-en-inkomen": "werk en inkomen",
        "onderwijs": "school en leerplicht",
        "zorg": "zorg",
        "eigen-inzage": "inzage in eigen gegevens",
        "toezicht": "toezicht",
        "jeugd-raadsonderzoek": "een verzoek aan de raad voor de kinderbescherming",
        "jeugd-bekostiging": "betaling van jeugdhulp",
        "jeugd-controle": "controle van jeugdhulp",
        "jeugdbescherming": "jeugdbescherming of jeugdreclassering",
        "wmo-hulp": "hulp leveren volgens de Wmo",
        "veilig-thuis": "onderzoek door Veilig Thuis",
        "veiligheidshuis": "overleg in het Zorg- en Veiligheidshuis",
        "verwijsindex": "contact via de verwijsindex",
        "verkenning": "verkennen of problemen samenhangen",
        "onderzoek": "onderzoek, statistiek en beleid",
        "noodhulp": "noodhulp",
    },
    "regime": {
        "wmo": "de Wmo", "plan": "het gedeelde plan", "jeugd": "de Jeugdwet",
        "jeugdhulp": "het dossier van de jeugdhulp", "wgs": "de schuldhulp",
        "pw": "de Participatiewet", "onderwijs": "school", "zorg": "de zorg",
        "delen": "gronden en toestemmingen",
        "wmo-aanbieder": "het dossier van de Wmo-aanbieder",
        "jeugdbescherming": "het dossier van de gecertificeerde instelling",
        "veilig-thuis": "het dossier van Veilig Thuis",
        "veiligheidshuis": "het Zorg- en Veiligheidshuis",
        "verwijsindex": "de verwijsindex",
    },
    "uitkomst": {
        "moet": "U moet dit kunnen zien", "mag": "Ja, u mag dit zien",
        "mag-na": "Nog niet: er ontbreekt een stap", "mag-niet": "Nee, u mag dit niet zien",
    },
    "uitkomst-toen": {
        "moet": "Moest dit kunnen zien", "mag": "Mocht dit zien",
        "mag-na": "Nog niet: er ontbrak een stap", "mag-niet": "Mocht dit niet zien",
    },
    "logboekuitkomst": {
        "moet": "Gezien", "mag": "Gezien", "mag-na": "Nog niet: er ontbreekt iets",
        "mag-niet": "Geweigerd",
    },
    "vooruitblik": {
        "moet": "Ja", "mag": "Ja", "mag-na": "Nog niet: er ontbreekt iets", "mag-niet": "Nee",
    },
    "regeluitkomst": {
        "moet": "Moet", "mag": "Mag", "mag-na": "Mag, onder een voorwaarde",
        "mag-niet": "Mag niet",
    },
    "rechtsgrond": {
        "Consent": "toestemming", "Contract": "overeenkomst",
        "LegalObligation": "wettelijke plicht", "LegitimateInterest": "gerechtvaardigd belang",
        "OfficialAuthorityOfController": "taak van de overheid",
        "PublicInterest": "algemeen belang", "VitalInterest": "levensbelang",
    },
    "rechtsrol": {
        "DataController": "verantwoordelijk", "JointDataControllers": "samen verantwoordelijk",
        "DataProcessor": "verwerker", "DataProtectionOfficer": "toezichthouder in de gemeente",
        "ThirdParty": "ontvanger",
    },
    "betrokkenen": {
        "Adult": "volwassenen", "Citizen": "inwoners", "Employee": "medewerkers",
        "GuardianOfHuman": "voogden", "ParentOfHuman": "ouders", "Patient": "patiënten",
        "Student": "leerlingen", "VulnerableHuman": "kinderen en wie kwetsbaar is",
    },
    "planstand": {"loopt": "Plan loopt", "gesloten": "Plan is afgesloten"},
    "vastleggingstand": {"geldt": "Geldt", "ingetrokken": "Geldt niet meer"},
    "weigering": {
        "A2-GEEN-RELATIE": "geen taak in dit huishouden",
        "A2-MANDAAT-VERLOPEN": "het mandaat geldt niet",
        "A3-DOEL-PAST-NIET": "het doel past niet bij de taak",
        "A3-HOED-PAST-NIET": "de hoed past niet bij dit gebruik",
        "A4-GEEN-REGEL": "geen regel staat dit toe",
        "A4-VERBODEN": "de wet verbiedt dit",
        "A4-NOG-GEEN-WET": "hiervoor is er nog geen wet",
        "A5-GEZAG-ONBEPAALD": "het gezag staat niet vast",
        "A5-WILSONBEKWAAM": "deze persoon kan hierover niet zelf beslissen",
        "A4-GEEN-GROND": "er ontbreekt een grond",
        "A5-LEEFTIJD-ONBEKEND": "de leeftijd is niet bekend",
        "A5-TE-JONG": "te jong",
        "A7-BEZWAAR": "er is bezwaar gemaakt",
        "A7-GEHEIMHOUDING": "het valt onder beroepsgeheim",
    },
}  # fmt: skip

HERKOMST: Mapping[str, str] = {code: row.naam for code, row in herkomsten().items()}
_WET: Mapping[str, str] = {row.grondslag.bwb: row.wet for row in herkomsten().values()}
_MAANDEN = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
    "oktober", "november", "december",
)  # fmt: skip


def woord(code: object, soort: str) -> object:
    """The plain word for a code; what is not a code (erased, absent) passes unchanged."""
    if soort == "herkomst":
        return HERKOMST.get(code, code) if isinstance(code, str) else code
    return WOORDEN[soort].get(code, code) if isinstance(code, str) else code


def datum(value: object) -> object:
    """22 november 2026, for a date, a moment or their ISO text; anything else passes."""
    if isinstance(value, str):
        value = (
            date.fromisoformat(value[:10]) if len(value) == 10 else datetime.fromisoformat(value)
        )
    if isinstance(value, datetime):
        value = value.astimezone(NEDERLAND).date()
    if not isinstance(value, date):
        return value
    return f"{value.day} {_MAANDEN[value.month - 1]} {value.year}"


def tijdstip(value: object) -> object:
    """22 november 2026 om 15.04 uur, Dutch time; anything that is no moment passes."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return value
    hier = value.astimezone(NEDERLAND)
    return f"{datum(hier)} om {hier:%H.%M} uur"


def artikel(grondslag: object) -> object:
    """Wmo 2015 artikel 2.3.2 lid 4, for the fields of a Grondslag; anything else passes."""
    if not isinstance(grondslag, Mapping):
        return grondslag
    lid: Any = grondslag.get("lid")
    wet = _WET.get(grondslag["bwb"], grondslag["bwb"])
    return f"{wet} artikel {grondslag['artikel']}" + (f" lid {lid}" if lid else "")


def termijn(duur: object) -> object:
    """15 jaar, for an ISO 8601 duration of years; "niet bewaard" for none; anything else passes."""
    if not isinstance(duur, str) or not duur.startswith("P"):
        return duur
    if duur == "P0D":
        return "niet bewaard"
    return f"hoogstens {duur[1:-1]} jaar" if duur.endswith("Y") else duur


def leeftijd(geboren: object, op: date) -> object:
    """Whole years on a date; anything that is no birth date passes."""
    if isinstance(geboren, str):
        geboren = date.fromisoformat(geboren)
    if not isinstance(geboren, date):
        return geboren
    return op.year - geboren.year - ((op.month, op.day) < (geboren.month, geboren.day))


def naam_van(persoon: object, namen: Mapping[str, object]) -> object:
    """The name that goes with an id, as far as this reader sees it."""
    return namen.get(str(persoon), "iemand")


def opsomming(namen: list[Any]) -> str:
    """Anna, Bram en Chris."""
    *voor, laatste = [str(naam) for naam in namen] or [""]
    return f"{', '.join(voor)} en {laatste}" if voor else laatste
