"""The words in which digits and letters are said, with those that recognizers write for them."""

from bridge.core.redaction.phrase import words

DIGITS = {
    "zero": "0", "nought": "0", "naught": "0", "aught": "0", "nil": "0", "null": "0", "cipher": "0",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "niner": "9", "fife": "5", "fower": "4", "zeroes": "00", "zeros": "00",
    "twos": "22", "threes": "33", "fours": "44", "fives": "55", "sixes": "66", "sevens": "77", "eights": "88",
    "nines": "99",
}  # fmt: skip
OH = frozenset({"oh", "o", "ohh", "ow", "owe"})
"""a zero only beside another digit"""
HOMOPHONES = {
    "won": "1", "to": "2", "too": "2", "tu": "2", "tree": "3", "free": "3", "for": "4", "fore": "4",
    "hive": "5", "sics": "6", "sex": "6", "sicks": "6", "ate": "8", "ait": "8", "nein": "9", "wine": "9",
}  # fmt: skip
"""digits only in the midst of others"""
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
SCALES = {"hundred": "00", "thousand": "000", "grand": "000", "million": "000000", "billion": "000000000"}
REPEATS = {
    "double": 2, "triple": 3, "treble": 3, "quadruple": 4, "quad": 4, "doubles": 2, "dub": 2,
}  # fmt: skip
NATO = {
    word: word[0]
    for word in words(
        """
    alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november
    oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu
    """
    )
}
LETTER_NAMES = {
    "bee": "b", "cee": "c", "dee": "d", "ee": "e", "ef": "f", "eff": "f", "gee": "g", "aitch": "h",
    "haitch": "h",
    "jay": "j", "kay": "k", "el": "l", "em": "m", "en": "n", "pee": "p", "cue": "q", "queue": "q", "ar": "r",
    "ess": "s", "tee": "t", "vee": "v", "ex": "x", "wye": "y", "zee": "z", "zed": "z",
}  # fmt: skip
"""letters only beside other letters or digits"""
ORDINALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12", "thirteenth": "13",
    "fourteenth": "14", "fifteenth": "15", "sixteenth": "16", "seventeenth": "17", "eighteenth": "18",
    "nineteenth": "19", "twentieth": "20", "thirtieth": "30",
}  # fmt: skip
MONTHS = words(
    """
    january february march april may june july august september october november december jan feb mar apr
    jun jul aug sep sept oct nov dec
    """
)
FILLERS = words(
    """
    uh um er erm eh ah hmm hm mm mhm uhh umm uhm like so then and okay ok yeah yes right alright well
    """
)
"""between the digits of one number"""
SIGNS = words(
    """
    - – — . , / : ; … ' ’ ( ) + * # \\ | _
    """
)
SAID_SIGNS = words(
    """
    dash hyphen minus slash stroke dot space comma point period forward hash pause gap
    """
)
CORRECTIONS = words(
    """
    no wait sorry actually scratch that correction rather oops make it's its i mean again repeat let me see
    hang on hold start over is that's was got it a second sec the next four-digits followed by go ahead
    pardon excuse you group last first part uh-huh
    """
)
"""what people say in between when they go wrong or are slow"""
TURNS = words(
    """
    no wait sorry actually scratch correction rather oops mean again repeat hang hold start over next
    followed then pardon excuse
    """
)
"""one of these at least is among it"""
