"""What calls are about, as a table: how the matter sounds, what is open, and the agent's next step.

`{it}` is what the caller named ("the line"), so that a step says nothing the sources lack.
"""

import re
from dataclasses import dataclass

from bridge.core.brief.clause import shortened
from bridge.core.brief.phrases import DANGLING

IT = 45
"""characters of what the caller named"""


@dataclass(frozen=True, slots=True)
class Matter:
    name: str
    said: re.Pattern[str]
    open: str
    step: str
    object: re.Pattern[str] | None = None
    usual: str = ""
    """what `{it}` is where the caller did not name it"""


def _matter(name: str, said: str, open: str, step: str, object: str = "", usual: str = "") -> Matter:
    return Matter(
        name, re.compile(said, re.I), open, step, re.compile(object, re.I) if object else None, usual
    )


MY = r"(?:my|our|the|his|her|a|an|this|that|these|those|your)"
NOUN = r"((?:(?!sent\b|ending\b|with\b|for\b|from\b|in\b|on\b|at\b|by\b|when\b|if\b|right\b|now\b|today\b|asap\b|immediately\b|and\b|because\b|so\b|please\b|to\b|that\b|which\b|but\b|i\b|i'm\b|is\b|was\b|are\b|has\b|hasn't\b|isn't\b|not\b|you\b|it\b|it's\b)[\w'-]+ ?){1,5})"
MATTERS: tuple[Matter, ...] = (
    _matter(
        "bereavement",
        r"\b(?:husband|wife|mother|father|mom|mum|dad|son|daughter|brother|sister|partner|parents?|uncle|aunt|grand\w+)\b.{0,25}"
        r"\b(?:died|passed|dead|death|deceased|funeral)\b|\bpassed away\b|\bbereave\w*|\bdeceased\b|\bdeath certificate\b",
        "the matter of the deceased is not settled",
        "express sympathy, find {it} and start the bereavement process",
        r"\b(?:his|her|my|their) (policy|account|accounts|contract|pension|card|phone|subscription|line|insurance)\b", "the account",
    ),
    _matter(
        "fraud",
        r"\b(?:fraud\w*|scam\w*|hack\w*|phish\w*|identity theft|unauthori[sz]ed|stolen|stole)\b|"
        r"\b(?:somebody|someone|people)(?: else)? (?:\w+ )?(?:used|took|has|got|made|opened|ordered|withdrew|is using)\b|"
        r"\b(?:didn't|never|did not) (?:make|made|authori[sz]e\w*|buy|bought|order\w*|do) (?:that|this|it|the|those|these|any|a)\b|\bnot my (?:charge|purchase)s?\b",
        "the fraud report is not settled, money not returned",
        "secure {it} and open a fraud dispute",
        r"\b(?:my|our|the) (card|account|credit card|debit card|phone|identity|bank account)\b", "the account",
    ),
    _matter(
        "double",
        r"\b(?:charged|billed|paid|took|taken|debited|deducted|invoiced|withdrawn)\b.{0,25}\b(?:twice|two times|double|again|three times)\b|"
        r"\bdouble (?:charge\w*|bill\w*|payment|charged)\b|\b(?:twice|double) .{0,15}charge|\btwo (?:payments|charges|bills|invoices)\b|\bduplicate\b",
        "duplicate charge, refund not issued",
        "refund one payment after checking both charges",
    ),
    _matter(
        "denied",
        r"\b(?:denied|declined|rejected|turned down|disallowed|refused)\b",
        "the reason for the refusal is not explained",
        "review {it}, explain the reason and the way to appeal",
        r"\b(?:my|our|the) (claim|application|request|payment|card|loan|refund|appeal|coverage|order|transfer)\b", "the decision",
    ),
    _matter(
        "refund",
        r"\brefund\w*|\bmoney back\b|\breimburs\w*|\bdeposit back\b|\bhave my money\b|\bget (?:it|that|my \w+) back\b|\bget the money\b|\bcompensat\w*",
        "refund not issued or not received",
        "check and release the refund, or say when it comes",
    ),
    _matter(
        "moving_house",
        r"\b(?:new|change\w*|update\w*|wrong|different) (?:my |the |our )?(?:\w+ )?(?:address|name|phone number|email|e-mail|bank details)\b|\bmy address\b",
        "{it} not changed",
        "change and update {it} on the account",
        r"\b(address|name|phone number|email|bank details)\b", "the address",
    ),
    _matter(
        "price",
        r"\bcompetitor\w*|\bprice match\w*|\bmatch (?:the |that |their |this |it)?\w*|\bbetter (?:deal|price|rate|offer)\b|\bdiscount\w*|\bcheaper\b|"
        r"\blower (?:my |the )?(?:price|rate|bill)\b|\b(?:promotion\w*|promo) (?:ended|expired|price|rate)\b|\b(?:price|rate|rent|premium|bill)s? (?:went up|has gone up|increase\w*|hike|jumped)\b|\b(?:rais\w+|increas\w+|doubled|put up) (?:my|the|our) (?:\w+ )?(?:rate|rent|price|premium|fee|bill)s?\b|\bnegotiat\w*",
        "no agreement on the price, offer not matched",
        "make a retention offer: match the price or a discount",
    ),
    _matter(
        "cancelled_by_us",
        r"\b(?:flight|train|trip|booking|reservation|appointment|order|delivery|tour|ride|connection)\b.{0,20}\b(?:got|was|is|been|were) (?:\w+ )?(?:cancell?ed|delayed|moved|overbooked)\b|"
        r"\b(?:cancell?ed|delayed|missed) (?:my |our |the )?(?:flight|train|connection|bus|ferry)\b|\bmiss(?:ed)? my (?:flight|connection|train)\b",
        "no suitable way to rebook {it} found",
        "rebook {it} by a person and check the connections",
        r"\b(?:my|our|the) (flight|train|trip|booking|reservation|appointment|order|delivery|tour|connection)\b", "the trip",
    ),
    _matter(
        "cancellation",
        r"\bcancel\w*|\bclose (?:my|our|the|this) (?:\w+ )?(?:account|card|line)\b|\bterminat\w*|\bunsubscrib\w*|\bend (?:my|our|the|this) (?:contract|subscription|membership|policy|lease)\b|"
        r"\bget rid of (?:my|the|this)\b|\bswitch(?:ing)? (?:to another|provider)|\bi'm leaving\b|\bquit\b",
        "cancellation of {it} pending, not processed",
        "make a retention offer or cancel {it}",
        rf"\b(?:cancel|close|terminate|end|drop) {MY} {NOUN}", "it",
    ),
    _matter(
        "hardship",
        r"\b(?:can't|cannot|can not|couldn't|unable to|not able to) (?:\w+ )?(?:pay|afford)\b|\blost my job\b|\blaid off\b|\bsick leave\b|\bunemploy\w*|\bbehind on\b|\bmore time\b|"
        r"\bshut ?-?off\b|\bdisconnect\w* (?:notice|my|our)\b|\bevict\w*|\bforeclos\w*|\bhardship\b|\bpayment (?:plan|arrangement|extension)\b|\binstal?lments?\b|\bmy hours (?:got|were) cut\b|"
        r"\bcollections?\b|\bnothing left\b|\bdon't have (?:the|any|that|enough) (?:money|cash)\b|\boverdue\b|\blet go\b|\bshort this month\b",
        "the caller cannot pay now, no arrangement made",
        "arrange a payment plan, extension or hardship hold",
    ),
    _matter(
        "fee",
        r"\b(?:fee|fees|penalty|surcharge|fine|interest)\b|\b(?:overdraft|late) (?:charge|fee)",
        "the {it} is still charged, not waived",
        "review the {it}: waive or explain it",
        r"\b((?:\w+ )?(?:fees?|penalty|surcharge|fine|interest))\b", "fee",
    ),
    _matter(
        "login",
        r"\blog ?(?:in|on|into)\b|\bsign ?in\b|\bpassword\b|\blocked\b|\b(?:reset|verification|security) (?:link|code|email)\b|\baccess (?:to )?my account\b|\bone ?time code\b",
        "still no access, log in not restored",
        "unlock the account and reset the access",
    ),
    _matter(
        "reschedule",
        r"\breschedul\w*|\brebook\w*|\bpostpone\w*|\b(?:move|change|switch|push|bring) (?:it|my|our|the|that)(?: \w+){0,3}? ?(?:to|appointment|booking|reservation|flight|date|visit|delivery|room|slot|time)\b|"
        r"\bneed to move it\b|\bchange (?:the|my) dates?\b|\bdifferent (?:day|date|time|flight)\b",
        "{it} not moved",
        "change and move {it} to the wanted date (rebook, reschedule)",
        r"\b(?:my|our|the|a) (appointment|booking|reservation|flight|visit|delivery|room|trip|table|interview|lesson|order)\b", "the booking",
    ),
    _matter(
        "payout",
        r"\b(?:payout|salary|wages?|paycheck|direct deposit|benefits?|pension|wire|transfer|cheque|check|claim money|payment|deposit|disbursement|funds)\b.{0,40}"
        r"\b(?:where|late|not|haven't|hasn't|isn't|never|still|came in|waiting|missing|didn't|due|when)\b|\b(?:where's|where is|when (?:is|will|do)|waiting for|haven't (?:got|received)|didn't (?:get|receive))"
        r" .{0,15}\b(?:payout|salary|pay|wages|paycheck|deposit|benefits?|pension|wire|transfer|cheque|check|payment|funds|money)\b",
        "{it} not received yet",
        "check and trace {it}",
        r"\b(payout|salary|wages?|paycheck|direct deposit|deposit|benefits?|pension|wire|transfer|cheque|check|payment|funds|money)\b", "the payment",
    ),
    _matter(
        "delivery",
        r"\b(?:parcel|package|delivery|deliver\w*|shipment|courier|shipping|tracking|order|food|driver|card|letter|replacement|item|refill|luggage|suitcase|bag)\b.{0,60}"
        r"\b(?:where|late|arrive\w*|hasn't|haven't|never|still|missing|lost|wait\w*|isn't|not|didn't|hour|wrong|cold|damaged|broken|nobody)\b|"
        r"\b(?:where's|where is|waiting for|lost|missing|never (?:got|received)|haven't (?:got|received)|didn't (?:get|receive)|wrong) (?:my|our|the|a)?\s?(?:\w+ )?(?:parcel|package|delivery|order|shipment|food|item|luggage|suitcase|bag|card|letter)\b",
        "{it} not delivered or not right yet",
        "trace and check {it}, arrange replacement or delivery",
        r"\b(parcel|package|delivery|shipment|order|food|card|letter|replacement|item|refill|luggage|suitcase|bag)\b", "the delivery",
    ),
    _matter(
        "fault",
        r"\b(?:not|isn't|aren't|stopped|doesn't|don't|won't|didn't|never) (?:\w+ )?(?:work\w*|start\w*|turn\w*|connect\w*|charg\w*|load\w*|heat\w*|cool\w*|open\w*|print\w*|respond\w*|fix\w*)\b|"
        r"\b(?:is|are|been|went|keeps?|it's|just|internet|wifi|network|site|phone|power) (?:\w+ )?(?:down|out|broken|dead|dropping|buffering|freezing|crashing|leaking|slow|off|flashing|beeping|making)\b|"
        r"\bbroken?\b|\bbroke\b|\bleak\w*|\bcrash\w*|\bbuffer\w*|\bno (?:signal|power|heat\w*|hot water|internet|service|connection|water|picture|sound|dial tone)\b|\berror\b|\boutage\b|\bfault\w*|\bdied after\b|\bbreakdown\b|\bfroze\b",
        "the fault is not fixed, still not working",
        "troubleshoot and fix {it}, or send a technician",
        r"\b(internet|wifi|router|modem|heating|heater|boiler|furnace|dishwasher|washer|dryer|fridge|freezer|oven|stove|car|phone|tv|television|app|website|printer|laptop|computer|screen|battery|"
        r"sink|pipe|toilet|lift|elevator|light|power|line|alarm|lock|door|camera|machine|thermostat|air conditioning|ac|meter|tablet|card|shower|roof|engine|charger|signal|service|connection)\b", "the fault",
    ),
    _matter(
        "bill",
        r"\b(?:bill\w*|invoice\w*|charg\w*|overcharg\w*|statement|payment|balance|autopay|premium|debit)\b",
        "the question about the {it} is not settled",
        "check the {it} and correct or explain it",
        r"\b((?:roaming )?(?:bill|invoice|charges?|statement|payment|balance|premium|debit))\b", "bill",
    ),
    _matter(
        "dispute",
        r"\b(?:contest\w*|disput\w*|appeal\w*|challeng\w*|object to|complain\w*)\b|\b(?:ticket|citation|fine)\b",
        "the dispute is not taken up",
        "take up the dispute and review {it}",
        r"\b(ticket|citation|fine|charge|decision|claim|bill|complaint|grade|assessment)\b", "it",
    ),
    _matter(
        "coverage",
        r"\b(?:cover(?:s|ed|age)?|prior authori[sz]ation|prescriptions?|refills?|medication|formulary|referral|in network|copay)\b",
        "the coverage or authorization is not settled",
        "check the coverage and the authorization",
        r"\b(prescription|refill|medication|insulin|referral|claim|surgery|procedure|visit|test|treatment|pills?)\b", "it",
    ),
    _matter(
        "wrong",
        r"\bwrong (?!number\b)\w+|\bnot (?:what|the one) i (?:ordered|bought)\b|\b(?:incorrect|mixed up|mistake)\b",
        "what was wrong is not corrected",
        "correct what is wrong and offer a replacement",
    ),
    _matter(
        "claim",
        r"\b(?:claim|accident|damage|damaged|flood\w*|storm|hail|theft|burglar\w*|water in)\b",
        "the claim is not settled",
        "take up the claim and say what comes next",
    ),
    _matter(
        "care",
        r"\b(?:appointment|doctor|nurse|vet|dentist|pain|hurts|sick|ill|fever|bleeding|throwing up|vomit\w*|swollen|injur\w*|urgent care)\b",
        "no suitable appointment found",
        "find an earlier appointment or urgent care",
    ),
    _matter(
        "status",
        r"\b(?:status of|update on|application|applied|permit|visa|passport|licen[sc]e|enrol\w*|registration|approval|pending)\b",
        "the status of {it} is not known",
        "check the status of {it}",
        r"\b(application|permit|visa|passport|licen[sc]e|enrol\w*|registration|approval|request|case|claim)\b", "it",
    ),
    _matter(
        "change",
        r"\b(?:add|remove|upgrade|downgrade|switch|transfer|put|take) (?:\w+ ){1,5}(?:to|from|off|on|onto) (?:my|our|the|this) (?:\w+ )?(?:account|plan|policy|contract|line|lease|insurance|booking|order|subscription)\b",
        "the change to the account is not made",
        "make the change to the account",
    ),
    _matter(
        "document",
        r"\bcop(?:y|ies) of\b|\b(?:send|email|mail|fax|get|need) (?:\w+ ){0,4}(?:certificate|document\w*|form|letter|statement|receipt|paperwork|lease|contract|records?|transcript|report)\b",
        "{it} not sent",
        "send {it}",
        rf"\b((?:a )?cop(?:y|ies) of {MY} {NOUN}|(?:\w+ )?(?:certificate|documents?|form|letter|statement|receipt|paperwork|lease|records?|transcript|report))\b", "the document",
    ),
    _matter(
        "book",
        r"\b(?:book|reserve|schedule|make an? (?:appointment|reservation|booking)|(?:need|want|like|get) an? (?:\w+ )?(?:appointment|room|table|car|taxi|cab|flight|ticket|seat|slot|visit))\b|\bbook (?:a|an)\b",
        "{it} not booked",
        "book {it}",
        rf"\b(?:book|reserve|schedule|need|want|like|get) (an? {NOUN})", "what the caller asks for",
    ),
)  # fmt: skip


def matter_of(texts: list[str]) -> Matter | None:
    """The matter of the whole; the table's order decides, for what weighs more stands first."""
    whole = " . ".join(texts)
    return next((matter for matter in MATTERS if matter.said.search(whole)), None)


def named(matter: Matter, texts: list[str]) -> str:
    """What the caller called it, as the agent would: "my line" -> "the line"."""
    for text in texts if matter.object else ():
        assert matter.object
        if found := matter.object.search(text):
            it = shortened(DANGLING.sub("", found[1].strip()), IT)
            it = re.sub(r"\b(?:my|our|your)\b", "the", it, flags=re.I)
            bare = (matter.usual and not matter.usual.startswith(("the ", "it", "what "))) or it.startswith(
                ("a ", "an ", "the ")
            )
            return it if bare else f"the {it}"
    return matter.usual


def filled(phrase: str, it: str) -> str:
    return phrase.replace("{it}", it)
