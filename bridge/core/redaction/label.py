"""The names of things: what makes a number a card, a code, a date of birth, or nothing of the kind."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from bridge.core.redaction.token import Token

HARMLESS = "-"
"""as a type: what follows is nobody's secret"""
QUANTITY = "~"
"""as a type: what follows is a sum, a time or a count, unless it is said digit by digit"""

PHRASES: dict[str, str] = {
    "CARD": """
        card; cards; card number; credit card; debit card; credit card number; debit card number; bank
        card; visa; visa card; mastercard; master card; amex; american express; maestro; discover card;
        long number; sixteen digits; sixteen digit number; 16 digits; 16 digit number; card details; gift
        card; last four digits; last four; last 4; last 4 digits; final four; final four digits; ending
        in; ending with; ends in; ends with; first six digits; first four digits; pan; number on the
        front; number across the front; cardholder number; payment card; prepaid card; charge card; card
        ending; card ends
    """,
    "CVV": """
        cvv; cvc; cvv2; cvc2; cv2; cv two; csc; cid; c v v; c v c; c v v two; security code; security
        number; card verification; verification value; three digits on the back; 3 digits on the back;
        digits on the back; three digit code; three digit number; four digits on the front; number on the
        back; code on the back; back of the card; back of your card; back of my card; signature strip;
        card code; card security code; three numbers on the back; last three digits; last three
    """,
    "EXPIRY": """
        expires; expiry; expiration; expiry date; expiration date; exp; exp date; expire; expiring; valid
        until; valid through; valid thru; valid to; good through; good thru; runs out; end date on the
        card; date on the front; expires end
    """,
    "PIN": """
        pin; pin number; pin code; p i n; passcode; pass code; one time code; one time passcode; one time
        pin; one time password; otp; o t p; verification code; authentication code; access code; secret
        code; auth code; authenticator code; login code; log in code; sign in code; six digit code; 6
        digit code; four digit code; eight digit code; code; codes; text code; security pin; telephone
        pin; banking pin; unlock code; reset code; activation code; two factor code; 2fa code; mfa code;
        token; passkey; puk; telephone code; customer pin; number you texted; number you sent; numbers you
        texted; secret number; combination; gate code; alarm code; door code; voicemail pin; safe code;
        backup code; recovery code; confirmation code
    """,
    "SSN": """
        social; social security; social security number; ssn; s s n; socials; national insurance; national
        insurance number; ni number; n i number; nino; tax id; tax number; taxpayer id; tax file number;
        tfn; taxpayer identification; taxpayer identification number; itin; ein; sin number; social
        insurance; social insurance number; aadhaar; aadhaar number; aadhar; aadhar number; pan number;
        national id; national id number; national identity number; national identification number;
        identity number; id number; identity card; identity card number; id card; id card number; i d
        number; personal number; personal id; citizen number; citizen id; bsn; curp; dni; nie; nif; cpf;
        rut; pesel; pps; pps number; ppsn; p p s; p p s number; codice fiscale; fiscal code; nhs number; n
        h s number; medicare number; medicaid number; medicare id; health card number; health insurance
        number; health number; medical record number; green card; green card number; alien number; visa
        number; state id; utr; u t r; vat number; tax reference; personnummer
    """,
    "DOB": """
        date of birth; dob; d o b; born; birthday; birth date; birthdate; date of my birth; birth day; day
        of birth; year of birth; birth year; month of birth; born on; born in
    """,
    "PHONE": """
        phone; phone number; telephone; telephone number; mobile; mobile number; mobile phone; cell; cell
        number; cell phone; cell phone number; cellphone; my number; your number; his number; her number;
        their number; our number; home number; work number; office number; contact number; best number;
        callback number; call back number; number to reach; number to call; landline; land line; call me;
        call me back; call me on; call me at; call back; ring me; reach me; reached at; reached on; reach
        you; text me; whatsapp; fax; fax number; phone me; daytime number; evening number; contact me; get
        me on; me back on; me back at; him on; her on; him at; number ending; call; dial; numbers are
    """,
    "POSTCODE": """
        zip; zip code; zipcode; zip codes; postcode; post code; postal code; postal; eircode; pin code
        area; billing zip; area zip
    """,
    "ACCOUNT": """
        account; account number; accounts; acct; acct number; acc number; account no; a c number;
        checking; checking account; savings account; bank account; current account; routing; routing
        number; sort code; sort; sort codes; iban; i b a n; swift; swift code; bic; bsb; b s b; transit
        number; institution number; branch code; branch number; member; member id; member number;
        membership; membership number; membership id; customer number; customer id; customer reference;
        client number; client id; user id; user number; username; user name; login; log in id; login id;
        subscriber number; subscriber id; loyalty number; rewards number; frequent flyer number; frequent
        flyer; avios number; employee id; employee number; staff number; student id; student number; roll
        number; payroll number; badge number; iban number; aba; aba number; bank number; clabe; meter
        number; mpan; crypto wallet; wallet; wallet address; beneficiary number; nectar card; library
        card; investor id; patient id; patient number; payee number; direct debit number; account ending;
        id
    """,
    "POLICY": """
        policy; policy number; policy no; insurance number; insurance id; group number; group id; claim
        number; claim id; certificate number; cover number; plan number; contract number; insurance
        policy; insurance policy number; policy id; scheme number
    """,
    "LICENCE": """
        license; licence; license number; licence number; drivers license; drivers licence; driving
        licence; driving license; driver license; driver licence; drivers license number; driver's
        license; driver number; dl number; dl; passport; passport number; license plate; licence plate;
        plate; plate number; number plate; plates; registration plate; registration number; reg number;
        registration; car reg; reg; tag number; vin; vin number; v i n; vehicle identification number;
        chassis number; travel document; travel document number; residence permit; residence permit
        number; permit number; driving licence number
    """,
    "EMAIL": """
        email; e mail; email address; e mail address; mail address; emails; email me; email it; mail me
    """,
    "ADDRESS": """
        address; home address; billing address; mailing address; delivery address; shipping address;
        postal address; street address; house number; i live at; live at; live on; living at; lives at;
        reside at; deliver it to; deliver to; ship it to; ship to; send it to; sent to; i'm at; i am at;
        residing at; staying at; moved to; moving to; new place; old place; located at; property at; my
        house at; flat number; apartment number; street name; street number; po box; p o box; first line;
        door number; house name; full address; current address; previous address; new address; old
        address; come to; collect from; pick up from; pick it up at; drop it at
    """,
    HARMLESS: """
        order code; booking code; pickup code; part code; item code;
        flight; flights; flight number; gate; gates; room; rooms; room number; hotel room; seat; seats;
        row; platform; track; train; bus; route; highway; interstate; freeway; exit; junction; motorway;
        channel; extension; ext; order; orders; purchase; purchases; order number; order id; order no;
        purchase order; po number; ticket; ticket number; case; case number; case id; reference; reference
        number; ref; ref number; booking; booking number; booking reference; reservation; reservation
        number; confirmation; confirmation number; tracking; tracking number; parcel number; package
        number; shipment; shipment number; consignment; delivery number; waybill; job number; work order;
        incident; incident number; complaint number; query number; quote number; invoice; invoice number;
        item; item number; part; part number; product number; product code; serial; serial number; model;
        model number; version; release; build; firmware; error; error code; error number; status code;
        promo code; promotion code; discount code; coupon code; coupon; voucher; voucher code; offer code;
        gift code; dress code; bar code; barcode; qr
        code; zone; bay; aisle; lane; terminal; stand; locker; table; court; page; pages; chapter; line;
        step; option; options; press; number one; level; floor; size; aged; age; ages; article; section;
        paragraph; question; form; windows; iphone; galaxy; ios; android; python; chrome; series; season;
        episode; volume; score; rating; weighs; weight; height; temperature; department;
        shop; store; store number; queue number; number in the queue; position; ref no; sku; stock number;
        policy year; tax year; class; grade; style; lot; quantity; meter reading; reading; mileage;
        odometer; what time; what year; which year; which gate; which flight; which room; which seat; what
        size; what floor; what model; what version; ordered; conversation number; call number; call
        reference; chapter number; postage; instalments; installments; transaction
    """,
    QUANTITY: """
        area code; country code; dialing code; dialling code;
        how many; how much; how long; how old; how often; how far; since; between; before; after; until;
        till; about; around; approximately; roughly; nearly; almost; only; another; every; under; over;
        than; least; most; up to; more; less; extra; maybe; just; spent; spend; saved; save; worth;
        bought; sold; lasted; took; waited; waiting; total; balance; amount; price; priced; cost; costs;
        paid; pay; paying; payment of; charged; charge; charges; charge of; owe; owed; owes; refund;
        refund of; refunded; bill; bill of; fee; fees; limit; salary; income; rent; deposit; deposit of;
        premium; speed; percent; interest; rate; apr; by; quoted; number of; installment; instalment;
        appointment at; appointment; meeting at; arrives at; leaves at; departs at; o clock; quarter past;
        half past; quarter to
    """,
}  # fmt: skip
"""Of two phrases at one place the longer counts: "promo code" is harmless, "code" is not."""


class Label(NamedTuple):
    """Token indexes are inclusive."""

    first: int
    last: int
    type: str


def _key(word: str) -> str:
    return word.replace("'", "")


def table_of(phrases: dict[str, str]) -> dict[str, dict[tuple[str, ...], str]]:
    table: dict[str, dict[tuple[str, ...], str]] = {}
    for type, listed in phrases.items():
        for phrase in listed.split(";"):
            words = tuple(_key(word) for word in phrase.split())
            table.setdefault(words[0], {}).setdefault(words, type)
    return table


TABLE = table_of(PHRASES)


def labels(tokens: list[Token], table: dict[str, dict[tuple[str, ...], str]] | None = None) -> list[Label]:
    """The longest phrases, from left to right, none in another."""
    keys = [_key(token.low) for token in tokens]
    stems = [token.low.removesuffix("'s") for token in tokens]
    return list(_labels(keys, stems, TABLE if table is None else table))


def until(labels: list[Label], first: int) -> int:
    """How many of `labels` begin at token `first` or before."""
    return bisect_right(labels, first, key=lambda label: label.first)


def _labels(
    keys: list[str], stems: list[str], table: dict[str, dict[tuple[str, ...], str]]
) -> Iterator[Label]:
    """The last word of a phrase may have an 's: "my pin's one two"."""
    at = 0
    while at < len(keys):
        listed = table.get(keys[at]) or table.get(stems[at])
        length = 0
        if listed:
            fitting = [words for words in listed if _reads(words, keys, stems, at)]
            if fitting:
                words = max(fitting, key=len)
                length = len(words)
                yield Label(at, at + length - 1, listed[words])
        at += length or 1


def _reads(words: tuple[str, ...], keys: list[str], stems: list[str], at: int) -> bool:
    last = at + len(words) - 1
    if last >= len(keys) or words[-1] not in (keys[last], stems[last]):
        return False
    return tuple(keys[at:last]) == words[:-1]
