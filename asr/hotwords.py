"""Names and words of a deployment, as Whisper takes them: what was said before the audio began.

They stand where faster-whisper puts its `hotwords`: behind <|startofprev|>, before <|startoftranscript|>.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from asr.errors import AsrError

MAX_TOKENS: Final = 200
"""the decoder keeps 223 for what was said before"""


def hotword_tokens(tokenizer: Any, words: Sequence[str]) -> list[int]:
    """Raises `AsrError("too_many_hotwords")`: words cut off would be missed in silence."""
    if not words:
        return []
    ids: list[int] = tokenizer.encode(" " + ", ".join(words), add_special_tokens=False).ids
    if len(ids) > MAX_TOKENS:
        message = f"the hotwords are {len(ids)} tokens long, {MAX_TOKENS} are the most"
        raise AsrError("too_many_hotwords", message, "keep the rare names; a word is one to four tokens")
    return ids


def check_hotwords(model_dir: Path, words: Sequence[str]) -> None:
    """Without loading the model. Raises `AsrError`; a model without such a tokenizer ignores hotwords."""
    path = model_dir / "tokenizer.json"
    if not words or not path.is_file():
        return
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise AsrError("model_broken", f"{path}: {error}", "install the model again") from None
    hotword_tokens(tokenizer, words)
