"""Takes cards, codes, contact data, names and secrets out of text before it leaves the process."""

from bridge.core.redaction.finder import find, redact
from bridge.core.redaction.redactor import Redactor, Told
from bridge.core.redaction.span import Span, masked

__all__ = ["Redactor", "Span", "Told", "find", "masked", "redact"]
