"""Speech that addresses the machinery instead of telling a matter: no line of a brief is made of such a turn.

A second net only. The first is that nothing a caller says is ever executed: authentication, mood and reason
are never read from what he claims, and steps come from tables.
"""

import re

_WORDING = r"(?:brief|headline|summary|whisper|transcript|json|prompt|header|subject line|template|your notes|new line)"
_GRADE = r"(?:verified|authenticated|trusted|urgent|vip|platinum|gold|premium|privileged|approved|admin|confirmed|positive|top priority)"
_PERSON = r"(?:agents?|humans?|operator|colleague|supervisor|representative|staff)"
COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|overwrite) (?:\w+ ){0,4}(?:instruction|rule|prompt|polic|guideline|previous (?!command)|prior|above|redact|restriction|everything you)\w*|"
    r"\bbypass (?:the |my |your |any )?(?:authenticat|securit|verif|check|id)\w*|"
    r"\b(?:developer|debug|god|root) (?:mode|access|prompt|override)\b|\bsystem prompt\b|\badmin(?:istrator)? (?:access|override|mode)\b|"
    r"^\W*(?:system|assistant|developer|admin|user)\s*(?:[:;]|colon\b)|^note to (?:the )?\w+|\bjailbreak|\bprompt injection|"
    r"\byou are (?:now|no longer) (?:an? |my |the )?(?:\w+ )?(?:assistant|bot|ai|robot|model|system)\b|"
    r"\bpretend (?:i|to be|you|that|this)\b|(?<!you )(?<!they )\b(?:act|behave|respond|reply|answer) (?:as (?:if|an?|though|my)|only with|with (?:only|the word|yes|json)|like (?:my|an?)\b)|"
    r"\bnew (?:instruction|prompt)s?\b|^new rule\b|\bfrom now on (?:you|answer|only|always|respond|say)\b|"
    r"\b(?:stop|turn off|disable|skip|no more|without) (?:the |any |your )?(?:redact|filter|mask|censor)\w*|\b(?:skip|disable|turn off) (?:the |my )?(?:verif|authenticat|security)\w*|"
    r"\b(?:mark|flag|set|treat|label|classify|register|escalate|consider|list|record|make|show|report) (?:\w+ ){0,4}(?:as|to|me|this|is|that|caller|status) (?:\w+ ){0,4}"
    + _GRADE
    + r"\b|\b(?:mark|flag|treat|label|consider|register|make) (?:me|this|myself|it|my \w+) (?:\w+ )?"
    + _GRADE
    + r"\b|\bfirst in the queue\b|"
    r"\b(?:i am|i'm|caller is|customer is|user is|caller has been|i was|and) (?:already |fully |now |been )*(?:verified|authenticated|authori[sz]ed|an? (?:admin|administrator|developer))\b|"
    r"\b(?:tell|instruct|order|inform|advise|remind|whisper to|say to|ask) (?:the|your|this|that) (?:\w+ )?"
    + _PERSON
    + r" (?:to|that)\b|\b(?:the|your) (?:human )?"
    + _PERSON
    + r" (?:must|should|has to|needs to)\b|\bwill approve\b|"
    r"\b(?:write|print|output|repeat|include|insert|append|add|put|say|read|display|speak|use|replace|change|set|leave)\b(?: \S+){0,6} "
    + _WORDING
    + r"s?\b|\b(?:include|insert|display|print) (?:the )?(?:text|words|approved)\b|\bread my (?:card|number) back\b|\bcaller is (?:satisfied|happy|right)\b|"
    r"\bchange (?:the|your) (?:reason|target|queue|priority|sentiment)\b|\b(?:refund|request|this) (?:was|is|has been) approved\b|\bapproved by\b|"
    r"\b(?:transfer|route|redirect|forward|dial|connect) (?:me|us|this|the call|him|her) (?:\w+ ){0,4}(?:sip|plus|extension|premium (?:line|number)|\+?\d{3,}|\(phone withheld\))|^dial (?:plus|\d|\(|the )|"
    r"\b(?:priority|tier|target|authentication|auth|status|sentiment|role|next step|identity|redaction)\s*(?:[:=]|equals?|(?:is|to) (?:set )?(?:to )?"
    r"(?:high\w*|max\w*|one|top|urgent|verified|confirmed|true|vip|positive|platinum|gold|off|approved))|"
    r"\b(?:drop table|script (?:alert|src|tag)|select (?:\*|star) from|javascript|x-[a-z-]+|sudo|rm -rf|https? colon|https?:|base64|angle bracket|slash n|html body|"
    r"(?:begin|end) (?:of |new )?(?:prompt|transcript|call summary|summary|conversation|system))\b|\bgive me admin\b",
    re.I,
)  # fmt: skip
