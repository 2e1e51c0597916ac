"""Writes metrics.json: classification metrics from their textbook formulas, in exact fractions where they are rational.

Plain Python 3, no packages; run as: python3 metrics.py
"""

import json
import math
import random
import sys
from fractions import Fraction
from pathlib import Path


def softmax(logits):
    top = max(logits)
    weights = [math.exp(z - top) for z in logits]
    return [w / sum(weights) for w in weights]


def argmax(row):
    return row.index(max(row))


def macro_f1(answers, labels):
    scores = []
    for c in sorted(set(answers) | set(labels)):
        hits = sum(a == c and y == c for a, y in zip(answers, labels))
        precision_of = sum(a == c for a in answers)
        recall_of = sum(y == c for y in labels)
        if hits == 0:
            scores.append(Fraction(0))
            continue
        precision, recall = Fraction(hits, precision_of), Fraction(hits, recall_of)
        scores.append(2 * precision * recall / (precision + recall))
    return sum(scores) / len(scores)


def calibration_error(rows, labels, bins):
    total = 0.0
    for b in range(bins):
        low, high = Fraction(b, bins), Fraction(b + 1, bins)
        inside = [
            (max(row), argmax(row) == y)
            for row, y in zip(rows, labels)
            if low < Fraction(max(row)) <= high
        ]
        if inside:
            confidence = math.fsum(p for p, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            total += len(inside) / len(rows) * abs(accuracy - confidence)
    return total


def case(seed, items, classes):
    random.seed(seed)
    labels = [random.randrange(classes) for _ in range(items)]
    rows, teacher = [], []
    for y in labels:
        logits = [random.gauss(0, 1) + (1.5 if c == y else 0) for c in range(classes)]
        rows.append(softmax(logits))
        teacher.append(softmax([2 * z + random.gauss(0, 0.5) for z in logits]))
    answers = [argmax(row) for row in rows]
    counts = [[0] * classes for _ in range(classes)]
    for a, y in zip(answers, labels):
        counts[y][a] += 1
    return {
        "seed": seed,
        "classes": classes,
        "labels": labels,
        "probabilities": rows,
        "teacher": teacher,
        "accuracy": float(Fraction(sum(a == y for a, y in zip(answers, labels)), items)),
        "macroF1": float(macro_f1(answers, labels)),
        "nll": -math.fsum(math.log(row[y]) for row, y in zip(rows, labels)) / items,
        "brier": math.fsum(
            (p - (c == y)) ** 2 for row, y in zip(rows, labels) for c, p in enumerate(row)
        )
        / items,
        "ece": {str(bins): calibration_error(rows, labels, bins) for bins in (5, 10, 15)},
        "agreement": sum(argmax(s) == argmax(t) for s, t in zip(rows, teacher)) / items,
        "teacherDivergence": math.fsum(
            t * (math.log(t) - math.log(s))
            for tr, sr in zip(teacher, rows)
            for t, s in zip(tr, sr)
        )
        / items,
        "confusion": counts,
    }


if __name__ == "__main__":
    golden = {
        "python": sys.version.split()[0],
        "cases": [case(1, 40, 2), case(2, 60, 5), case(3, 30, 22)],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
