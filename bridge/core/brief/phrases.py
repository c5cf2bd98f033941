"""How callers and assistants put things, as regular expressions: each read on as few lines as it takes."""

import re

# -- a caller's turn

FILLER = re.compile(r"\b(?:u+h+m*|u+m+|e+r+m*|hmm+|mhm|you know|i mean)\b[,.]?\s*", re.I)
NUMBER = r"(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|double|triple|\d+)\b"
STUTTER = re.compile(
    rf"\b(?!{NUMBER})(\w+(?:['’]\w+)?(?: (?!{NUMBER})\w+(?:['’]\w+)?)?)(?:[, -]+\1\b(?!['’]))+", re.I
)
OPENER = re.compile(
    r"^(?:(?:hi|hello|hey|yes|yeah|yep|no|nope|well|ok|okay|oh|ah|so|and|but|then|look|listen|right|sure|please|"
    r"actually|basically|alright|thanks|thank you|there|good (?:morning|afternoon|evening|day)|sorry|excuse me|"
    r"just|of course|anyway)\b(?!['’])[\s,.!?]*)+",
    re.I,
)
STARTS = (
    r"(?:i|i'm|i am|i've|i have|i'd|i'll|we|we're|we've|you|it's|it is|he|she|they|there's|there is|that's|this is|"
    r"my|can|could|would|please|how|what|what's|where|where's|when|why|do|does|is|are|just|let me|get me)\b"
)
CUT = re.compile(
    rf"(?<=[.!?;…])\s+|\s*,\s+(?={STARTS}|and\b|but\b|so\b|because\b)|"
    rf"\s+(?=(?:and|but|so|then|because|otherwise)\s+{STARTS})|"
    r"(?<!\bthat)(?<!\bwhat)(?<!\bwhich)(?<!\bif)(?<!\bto)(?<!\bwhen)(?<!\bthe)(?<!\band)(?<!\bbut)(?<!\bso)(?<!\bbefore)"
    r"(?<!\bbecause)(?<!\bthen)(?<!\botherwise)(?<!\bsince)(?<!\bafter)(?<!\bwhere)(?<!\bwhy)(?<!\bhow)(?<!\bthink)(?<!\bsay)"
    r"\s+(?=i want\b|i need\b|i'd like\b|i would like\b|i just\b|i still\b|can i\b|can you\b|could you\b|could i\b|"
    r"please don't\b|please can\b|just get\b|just give\b|let me\b|get me\b|i lost\b|i can't\b|there's\b|where's\b)",
    re.I,
)
SMALLTALK = re.compile(
    r"^(?:(?:how are you(?: doing)?(?: today)?|fine|great|perfect|lovely|bye|goodbye|thank(?:s| you)(?: (?:very|so) much)?|"
    r"for (?:heaven|god|christ)'?s sake|oh (?:my )?god|do you though|i see|got it|i understand|what|why|why not|"
    r"can you hear me|is (?:anybody|anyone) there|go ahead|never mind|are you serious|unbelievable|good|fine thanks|very much)"
    r"\b[\s,.!?]*)+$",
    re.I,
)
ABOUT = re.compile(
    r"^(?:i |can i |could i |let me )?.{0,20}\b(?:speak|talk)(?:ing)? (?:to|with) \w+(?: \w+)? (?:about|regarding) ",
    re.I,
)
DEPARTMENT = re.compile(
    r"^(?:can|could|may) i (?:have|get|speak \w+)\b.{0,20}\b(?:department|desk|team|office|line)\b", re.I
)
DANGLING = re.compile(
    r"(?:[\s,;:]+(?:the|an?|my|your|our|his|her|their|of|on|in|to|at|for|from|with|and|or|but|so|is|was|are|that|which|by|i|"
    r"not|no|if|because|since|about|it|it's|i'm|i've|you|we|they|would|could|can|this|as|than|there's|there|have|has|just))+$",
    re.I,
)
PROBLEM = re.compile(
    r"\b(?:not|isn't|wasn't|aren't|don't|doesn't|didn't|won't|can't|cannot|couldn't|never|no|haven't|hasn't|nothing|nobody|still|wrong|"
    r"problem|issue|trouble|broke\w*|lost|missing|late|charged?|denied|locked|stopped|stuck|failed|error|dispute|died|passed|stolen|used|"
    r"expired?|ends|overdue|notice|cancel\w*|damaged|twice|without|down|out of|ran out|double|question)\b",
    re.I,
)
META = re.compile(
    r"\b(?:told you|keep saying|keep asking|i just said|i said|are you (?:serious|kidding|real|a)|you people|listen\w*|you're not|somebody has to|"
    r"who can|i already|what else|i forgot it|what to do|put me|had enough)\b",
    re.I,
)
WITHHELD = re.compile(r"\((?:\w+ )+withheld\)")
OBSTACLE = re.compile(
    r"\b(?:can't|cannot|couldn't|didn't (?:get|receive|work|fix|help)|not there|isn't (?:here|there)|don't have|doesn't (?:work|help)|won't|"
    r"lost my|too (?:long|late|expensive|much|far|early)|nothing left|wasn't|can't be|never|haven't|nobody|forgot|not what|threw|still|isn't mine|"
    r"not mine|no (?:email|link|text|call|one))\b",
    re.I,
)

# -- an assistant's turn, and answers to it

REFUSAL = re.compile(
    r"^(?:no\b|nope|not\b|i don't (?:want|need)|don't|i can't|that(?:'s| is) (?:too|not)|that doesn't|i (?:just )?(?:said|told)|"
    r"keep (?:your|it)|but\b|neither|i(?:'m| am) not)",
    re.I,
)
COUNTER = re.compile(
    r"\b(?:don't (?:know|have|remember)|do not (?:know|have)|can't find|forgot|lost it|no idea|why do you|i just want|"
    r"i already|what do you)\b|\?$",
    re.I,
)
NUMERIC = re.compile(
    r"\d|\[[a-z_ ]+\]|\((?:\w+ )+withheld\)|\b(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"twenty|thirty|forty|fifty|double)\b.*\b(?:[a-z]|oh|zero|one|two|three|four|five|six|seven|eight|nine|b|c|d)\b",
    re.I,
)
SORRY = re.compile(
    r"^(?:i'm |i am )?(?:so |very |really )?sorry\b(?: to hear (?:that|this|about \w+)| (?:about|for) (?:that|this|it|the|your|any) ?\w*)?[\s,]*",
    re.I,
)
HELPS = re.compile(
    r"\bhow (?:can|may) (?:i|we) (?:help|assist)\b.*$|\bi can (?:certainly |definitely )?help (?:you )?with (?:that|this|it)\b,?",
    re.I,
)
GREETING = re.compile(
    r"\b(?:hello|hi|hey|welcome|thanks? (?:you )?for (?:calling|contacting|waiting|holding)|this is (?:the )?|you've reached|you have reached|"
    r"good (?:morning|afternoon|evening)|virtual assistant|automated)\b",
    re.I,
)
SKIP = re.compile(
    r"^(?:(?:i(?:'m| am) (?:so |very |really )?sorry(?: (?:to hear|about|for|that)\b.*)?|i understand\b.*|i see|i hear you|"
    r"one moment.*|just a moment.*|hold on.*|please (?:hold|wait)\b.*|let me (?:check|look|see|have a look|find|pull)\b.*|"
    r"i can help(?: you)?(?: with that)?|i(?:'ll| will) (?:be happy|help)\b.*|sure|of course|great|perfect|no problem|certainly|"
    r"got it|is there anything else.*|anything else.*|(?:let's|let us) try.*|my apologies.*|apologies.*|you're welcome|"
    r"how (?:can|may) i (?:help|assist).*|how are you.*|what can i (?:do|help).*|(?:i'm )?(?:doing )?well thank you|thank you|thanks|"
    r"what(?:'s| is) (?:it|your question|this) about|for your security|before i do that|once more|may i help.*|goodbye|bye|have a .*)[\s,.!?]*)+$",
    re.I,
)
MOVE_ON = re.compile(
    r"\b(?:connect|transfer|put|pass|hand)(?:ing)? you\b|\b(?:agent|colleague|representative)\b", re.I
)
MISHEARD = re.compile(
    r"\b(?:i(?:'m| am)? )?(?:still )?(?:didn't|did not|couldn't|don't|do not|not|haven't|could not)\s+(?:\w+ )?(?:get(?:ting)?|catch|caught|understand|understood|hear|recogni[sz]e|follow)"
    r"(?: (?:that|it|you|this|what you said|your))?|"
    r"^(?:i'm )?(?:sorry|pardon)\W+(?=what|which|could you|can you|please|say)|\b(?:say|repeat) (?:that|it)(?: again)?\b|\brepeat that\b|"
    r"\brephrase\b|^pardon|\bcome again\b|\btry (?:that )?again$|\bonce more\b",
    re.I,
)
LIMIT = re.compile(
    r"\b(?:can't|cannot|can not|couldn't|unable to|not able to|isn't able|not allowed|not permitted|not authori[sz]ed|no access|won't be able|"
    r"(?:don't|do not) have (?:access|permission|the|that|any|a)\b|not (?:something|possible|accepted|available|supported|on file)|isn't possible|"
    r"can only|only (?:handle|record|help|answer)|outside (?:my|of)|beyond (?:my|what)|not my|lowest i can|is not accepted|needs? (?:a|an) "
    r"(?:human|person|agent|supervisor|manager)|not set up to)\b",
    re.I,
)
QUESTION = re.compile(
    r"^(?:what|what's|which|when|where|who|whose|how (?:many|much|old|long|would)|may i|can i (?:have|get|ask|please)|"
    r"(?:could|can|would) you (?!like)|could i|(?:please )?(?:say|tell|give|enter|provide|confirm|spell|type|state|describe|choose|select)\b|do you (?!want)|"
    r"did you|have you|has (?:the|your|it)|are you|is (?:it|this|that|there|your|the)|was (?:it|the|this)|your \w+(?: \w+)? please|"
    r"and your )",
    re.I,
)
OFFER = re.compile(
    r"^(?:i|we) (?:can|could|would be able to|may) (?:also |still )?(?!see|help you$)|^would you like|^do you want|^how about|^what about|"
    r"\bwould (?:\w+ ){1,8}(?:suit|work|be okay|be fine)\b|^(?:shall|should) i|\boffer you\b|^i have (?:an? )?\w+ (?:at|on|available)",
    re.I,
)
DID = re.compile(
    r"^(?:i|we)(?:'ve| have| had|'d)? (?:just |now |already |also )*(?:checked|looked|found|see|show|sent|tried|reset|cancell?ed|booked|changed|updated|"
    r"submitted|opened|issued|applied|restarted|verified|created|blocked|ordered|added|removed|moved|scheduled|rescheduled|renewed|confirmed|noted|"
    r"filed|raised|logged|refunded|credited|placed|made|put|received|processed|paused|locked|unlocked|located|pulled|transferred|reported|resent|"
    r"replaced|registered|activated|extended|escalated|initiated|started|ran|done)\b|^i can see\b|^i(?:'m| am) (?:running|checking|sending|showing)\b",
    re.I,
)
BOT_CUT = re.compile(
    r"(?<=[.!?;…])\s+|\s*,\s+|"
    r"(?<!\bthat)(?<!\bwhat)(?<!\bwhich)(?<!\bif)(?<!\bwhen)(?<!\bdo)(?<!\bcan)(?<!\bmay)(?<!\bbefore)(?<!\band)(?<!\bor)(?<!\bhow)(?<!\bcould)"
    r"(?<!\bhave)(?<!\bare)(?<!\bwould)(?<!\bdid)(?<!\bwhere)(?<!\bto)(?<!\bas)(?<!\bthe)(?<!\buntil)(?<!\bbecause)(?<!\bwill)(?<!\blowest)(?<!\bshould)(?<!\bshall)"
    r"\s+(?=(?:i|i'm|i've|i'll|would you|do you|did you|can you|could you|what|what's|which|may i|please|have you|are you|but|let's|we|we've|"
    r"without|how about|is there)\b)",
    re.I,
)  # fmt: skip
QUESTION_FRAME = re.compile(
    r"^(?:and |so |okay |then |now )*(?:what(?:'s| is| are| was)?|which|may i (?:please )?(?:have|ask(?: for)?|get)|(?:can|could) (?:you|i) (?:please )?"
    r"(?:tell|give|have|get|say|enter|confirm|spell|provide|repeat|describe|read)(?: me| us)?(?: for)?|"
    r"(?:please )?(?:say|tell|give|enter|provide|confirm|spell|type|state|describe|choose|select)(?: or \w+)?(?: me| us)?(?: for)?|your|and your)\s+",
    re.I,
)
NOUN_FIRST = re.compile(
    r"^(\w+(?: \w+)?) (?:are|is|do|did|does|would|was|were|will|should|can) (?:you|it|this|that|the|your)\b.*$",
    re.I,
)
