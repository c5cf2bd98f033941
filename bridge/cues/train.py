"""`python -m bridge.cues.train`: the weights of the second opinion, from the lines in bridge/cues/training.

`--validate` measures instead: each form and each public source is judged by weights that never saw it.
Needs scikit-learn (the dev extra); the bridge itself does not.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.adapters.ngrams import SIZE, features
from bridge.adapters.opinion import opinion_file
from bridge.cues.lines import Line, lines, with_company

STRENGTH = 10.0
"""inverse of the regularisation; 10 and 40 differ by less than a point"""


def train(chosen: Sequence[Line]) -> tuple[NDArray[np.float32], float]:
    """Weights and bias. The same lines give the same ones."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    texts, labels = with_company(chosen)
    rows = [features(text) for text in texts]
    columns = [number for row in rows for number in row]
    values = [value for row in rows for value in row.values()]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    shape = (len(rows), SIZE)
    matrix = csr_matrix((np.array(values, np.float32), columns, starts), shape=shape)
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=500, random_state=0)
    model.fit(matrix, labels)
    return model.coef_[0].round(3).astype(np.float32), round(float(model.intercept_[0]), 3)


def save(weights: NDArray[np.float32], bias: float, file: Path) -> None:
    np.savez_compressed(file, weights=weights.astype(np.float16), bias=np.float32(bias))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bridge.cues.train", description=__doc__)
    parser.add_argument("--out", type=Path, default=opinion_file("en"), help="the weights file")
    parser.add_argument("--validate", action="store_true", help="measure by forms held out, write nothing")
    options = parser.parse_args(arguments)
    if options.validate:
        from bridge.cues.validate import validate

        sys.stdout.writelines(json.dumps(row) + "\n" for row in validate())
        return 0
    chosen = lines()
    save(*train(chosen), options.out)
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size} bytes of {len(chosen)} lines\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
