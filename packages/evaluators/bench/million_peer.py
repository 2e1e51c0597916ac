"""The peer of million.bench.ts: scikit-learn and NumPy on the same numbers.

Reads a folder's files, then one task a line from standard input; answers with a line of JSON: milliseconds and value.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

folder, queries, resamples = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
scores = np.fromfile(f"{folder}/scores", np.float64)
positives = np.fromfile(f"{folder}/positives", np.float64)
grades = np.fromfile(f"{folder}/grades", np.float64).reshape(queries, -1)
ranking = scores[: grades.size].reshape(queries, -1)
rng = np.random.default_rng(1)
items = len(scores)


def bootstrap_mean():
    return [scores[rng.integers(0, items, items)].mean() for _ in range(resamples)]


def bootstrap_auc():
    values = []
    for _ in range(resamples):
        pick = rng.integers(0, items, items)
        values.append(roc_auc_score(positives[pick], scores[pick]))
    return values


tasks = {
    "auc": lambda: roc_auc_score(positives, scores),
    "averagePrecision": lambda: average_precision_score(positives, scores),
    "ndcg": lambda: ndcg_score(grades, ranking, ignore_ties=True),
    "bootstrap of a mean": lambda: float(np.std(bootstrap_mean())),
    "bootstrap of AUC": lambda: float(np.std(bootstrap_auc())),
}
versions = {"python": sys.version.split()[0], "numpy": np.__version__, "sklearn": sklearn.__version__}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    value = tasks[line.strip()]()
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "value": value}), flush=True)
