"""Speech that addresses the machinery instead of telling a matter: no line of a brief is made of it."""

import re

COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|overwrite) (?:\w+ ){0,4}(?:instruction|rule|prompt|polic|guideline|"
    r"previous|prior|above|redact|restriction|everything|all|that)\w*|"
    r"\b(?:system|developer|admin|debug|root|god) ?(?:prompt|mode|message|override|instruction|access|user|command)|"
    r"^\W*(?:system|assistant|developer|admin|user|note to (?:the )?\w+)\s*[:;,]|\bjailbreak|\bprompt injection|"
    r"\byou are (?:now|no longer)\b|\b(?:pretend|act|behave|respond|reply|answer) (?:as if|as though|like|as|only|with)\b|"
    r"\bnew (?:instruction|rule|task|order|prompt)s?\b|\bfrom now on\b|\b(?:stop|turn off|disable|skip|no more|without) "
    r"(?:the )?(?:redact|filter|mask|hid|censor|verif|authenticat|security|record)\w*|"
    r"\b(?:mark|flag|set|treat|record|log|classify|label|register|escalate|make|consider|list|put|show|report) (?:\w+ ){0,5}"
    r"(?:verified|authenticated|trusted|urgent|priority|vip|platinum|gold|premium|tier|status|sentiment|privileged|approved|admin|confirmed|top)\b|"
    r"\b(?:i am|i'm|caller is|customer is|user is|he is|she is|already|been|fully|is) (?:already |fully |now )?(?:verified|authenticated|"
    r"authori[sz]ed|an? (?:admin|administrator|vip|developer))\b|"
    r"\b(?:tell|instruct|order|inform|advise|remind|whisper to|say to|ask) (?:the |your |this |that )?(?:\w+ )?(?:agents?|humans?|person|operator|"
    r"colleague|supervisor|representative|staff)\b(?: (?:to|that)\b)?|\b(?:the )?(?:human )?(?:agent|operator|representative|colleague) (?:must|should|has to|"
    r"shall|will|needs to|is to|can)\b|"
    r"\b(?:write|print|output|repeat|include|insert|append|add|put|say|read|display|speak|use|replace|change|set)\b(?: \S+){0,6} (?:brief|"
    r"headline|summary|whisper|record|screen|transcript|json|note|notes|field|prompt|log|script|header|template|subject)s?\b|"
    r"\b(?:transfer|route|connect|redirect|forward|dial|send|refer|call) (?:\w+ ){0,4}(?:to|number)? ?(?:sip|plus|extension|premium|\+?\d{3,})\b|"
    r"\b(?:priority|tier|target|authentication|auth|status|sentiment|verified|role|reason|next step|escalate|queue)\s*(?:[:=]|equals?|"
    r"(?:is|to) (?:set )?(?:to )?(?:high\w*|max\w*|one|top|urgent|verified|true|vip))|"
    r"\b(?:drop table|script|select \* from|javascript|x-[a-z-]+|bcc|begin|end of (?:prompt|transcript|call|conversation)|"
    r"sudo|rm -rf|http|https|html|null|invite sip|base64|backslash|angle bracket|curly|slash n)\b[:/]?",
    re.I,
)  # fmt: skip
