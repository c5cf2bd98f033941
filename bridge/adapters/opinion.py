"""The second opinion: a logistic regression over features of words, its weights beside the rules.

The weights are made by `make train-cues` from the lines in bridge/cues/training (licences in its README).
"""

import hashlib
import math
from pathlib import Path

import numpy as np

from bridge.adapters.ngrams import SIZE, features
from bridge.adapters.rules_files import OURS

FILE = "explicit_request.npz"


class OpinionError(Exception):
    """The message names file, cause and cure."""

    code = "opinion"


class Opinion:
    """Calling it says how likely (0 to 1) words in compared form ask for a person. About 0.2 ms."""

    def __init__(self, file: Path) -> None:
        try:
            with np.load(file, allow_pickle=False) as kept:
                weights, bias = kept["weights"], float(kept["bias"])
        except (OSError, ValueError, KeyError, EOFError) as error:
            why = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read as weights"
            raise OpinionError(f"{file}: {why}; cure: make train-cues") from None
        if weights.shape != (SIZE,) or not (np.isfinite(weights).all() and math.isfinite(bias)):
            raise OpinionError(f"{file}: made for other features; cure: make train-cues")
        self._weights: list[float] = weights.astype(float).tolist()
        self._bias = bias
        self.version = hashlib.sha256(weights.tobytes() + np.float64(bias).tobytes()).hexdigest()[:8]

    def __call__(self, text: str) -> float:
        logit = self._bias + sum(self._weights[number] * value for number, value in features(text).items())
        return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def opinion_file(language: str) -> Path:
    return OURS / language / FILE
