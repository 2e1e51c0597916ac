"""Writes classification.json: metrics of classes, scores, numbers and calibration curves, by scikit-learn and SciPy.

Python 3 with NumPy, SciPy and scikit-learn; run as: python3 classification.py
"""

import json
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import optimize, stats
from sklearn import isotonic, metrics


def classes_case(seed, items, classes, skill):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, items)
    answers = np.where(rng.random(items) < skill, labels, rng.integers(0, classes, items))
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "answers": answers.tolist(),
        "microF1": metrics.f1_score(labels, answers, average="micro"),
        "macroF1": metrics.f1_score(labels, answers, average="macro"),
        "weightedF1": metrics.f1_score(labels, answers, average="weighted", zero_division=0),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, answers),
        "mcc": metrics.matthews_corrcoef(labels, answers),
        "confusion": metrics.confusion_matrix(labels, answers, labels=range(classes)).tolist(),
    }


def scores_case(seed, items, positives, digits):
    """Scores with ties, by rounding."""
    rng = np.random.default_rng(seed)
    y = (np.arange(items) < positives).astype(int)
    rng.shuffle(y)
    scores = np.round(rng.normal(size=items) + y, digits)
    weights = rng.integers(0, 4, items)
    fpr, tpr, _ = metrics.roc_curve(y, scores, drop_intermediate=False)
    return {
        "scores": scores.tolist(),
        "positives": y.tolist(),
        "times": weights.tolist(),
        "auc": metrics.roc_auc_score(y, scores),
        "averagePrecision": metrics.average_precision_score(y, scores),
        "weightedAuc": metrics.roc_auc_score(y, scores, sample_weight=weights),
        "weightedAveragePrecision": metrics.average_precision_score(y, scores, sample_weight=weights),
        "youden": float(np.max(tpr - fpr)),
        "tpr": {str(f): float(np.max(tpr[fpr <= f + 1e-12])) for f in (0.05, 0.2, 0.5)},
        "roc": {"fpr": fpr.tolist(), "tpr": tpr.tolist()},
    }


def numbers_case(seed, items, digits):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=items), digits)
    y = np.round(0.6 * x + rng.normal(size=items), digits)
    return {
        "predictions": x.tolist(),
        "references": y.tolist(),
        "mae": metrics.mean_absolute_error(y, x),
        "rmse": float(np.sqrt(metrics.mean_squared_error(y, x))),
        "r2": metrics.r2_score(y, x),
        "pearson": stats.pearsonr(x, y)[0],
        "spearman": stats.spearmanr(x, y)[0],
        "kendall": stats.kendalltau(x, y)[0],
    }


def calibrators_case(seed, items, classes):
    """Overconfident logits; the curves are fitted to every class of every item."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, items)
    logits = np.round(2.5 * (rng.normal(size=(items, classes)) + np.eye(classes)[labels]), 3)
    log_p = logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)
    miss = 1 / (items + 2)
    targets = np.full((items, classes), miss / (classes - 1))
    targets[np.arange(items), labels] = 1 - miss

    def smoothed(log_temperature):
        z = logits / np.exp(log_temperature)
        return -np.sum(targets * (z - scipy.special.logsumexp(z, axis=1, keepdims=True)))

    temperature = optimize.minimize_scalar(smoothed, bounds=(-5, 5), method="bounded", options={"xatol": 1e-10})

    p = np.exp(log_p).ravel()
    right = np.eye(classes)[labels].ravel()
    odds = np.log(p) - np.log1p(-p)
    hits = right.sum()
    t = np.where(right == 1, (hits + 1) / (hits + 2), 1 / (len(right) - hits + 2))

    def platt(ab):
        u = ab[0] * odds + ab[1]
        return np.sum(np.logaddexp(0, u) - t * u)

    ab = optimize.minimize(platt, [1.0, 0.0], method="BFGS", options={"gtol": 1e-9}).x
    curve = isotonic.IsotonicRegression(out_of_bounds="clip").fit(p, right)
    at = np.linspace(0.001, 0.999, 41)
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "logits": logits.ravel().tolist(),
        "temperature": float(np.exp(temperature.x)),
        "platt": ab.tolist(),
        "isotonic": {"at": at.tolist(), "value": curve.predict(at).tolist()},
    }


def bounds():
    cases = [(0, 5), (1, 1), (5, 5), (3, 10), (95, 100), (980, 1000), (19_990, 20_000), (123, 4567)]
    return [
        {"hits": k, "n": n, "confidence": c, "low": float(stats.beta.ppf(1 - c, k, n - k + 1)) if k else 0.0}
        for k, n in cases
        for c in (0.9, 0.95, 0.9975)
    ]


if __name__ == "__main__":
    golden = {
        "versions": {
            "python": sys.version.split()[0],
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "sklearn": sklearn.__version__,
        },
        "classes": [classes_case(1, 60, 2, 0.7), classes_case(2, 90, 5, 0.6), classes_case(3, 40, 12, 0.4)],
        "scores": [scores_case(4, 80, 30, 1), scores_case(5, 60, 8, 6), scores_case(6, 50, 45, 0)],
        "numbers": [numbers_case(7, 50, 6), numbers_case(8, 70, 1), numbers_case(9, 40, 0)],
        "calibrators": [calibrators_case(10, 200, 2), calibrators_case(11, 150, 4)],
        "bounds": bounds(),
    }
    text = json.dumps(golden, separators=(",", ":")).replace('},{"', '},\n{"')
    Path(__file__).with_suffix(".json").write_text(text + "\n")
