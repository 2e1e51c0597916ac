"""Writes significance.json: exact tests by full enumeration, in fractions.

Plain Python 3, no packages; run as: python3 significance.py
"""

import itertools
import json
import math
import random
import sys
from fractions import Fraction
from pathlib import Path


def binomial_at_most(k, n):
    return Fraction(sum(math.comb(n, i) for i in range(k + 1)), 2**n)


def mcnemar(b, c):
    n, k = b + c, min(b, c)
    tail = binomial_at_most(k, n)
    at = Fraction(math.comb(n, k), 2**n)
    statistic = Fraction(max(0, abs(b - c) - 1) ** 2, n)
    return {
        "firstOnly": b,
        "secondOnly": c,
        "exact": float(min(1, 2 * tail)),
        "midP": float(min(1, 2 * tail - at)),
        "statistic": float(statistic),
        "corrected": math.erfc(math.sqrt(statistic / 2)),
    }


def sign_flip(deltas):
    tenths = [Fraction(d, 10) for d in deltas]
    observed = abs(sum(tenths))
    flips = list(itertools.product((1, -1), repeat=len(deltas)))
    extreme = sum(abs(sum(s * d for s, d in zip(signs, tenths))) >= observed for signs in flips)
    return {"tenths": deltas, "p": float(Fraction(extreme, len(flips)))}


def cluster_bootstrap(groups):
    """The exact distribution of the mean over all draws of as many groups, for a few small groups."""
    means = []
    for draw in itertools.product(groups, repeat=len(groups)):
        items = [x for group in draw for x in group]
        means.append(Fraction(sum(items), len(items)))
    n = len(means)
    mean = sum(means) / n
    observed = Fraction(sum(map(sum, groups)), sum(map(len, groups)))
    return {
        "groups": groups,
        "shareAtMostZero": float(Fraction(sum(m <= 0 for m in means), n)),
        "twoSided": float(Fraction(sum(abs(m - mean) >= abs(observed) for m in means), n)),
        "twoSidedWithoutTies": float(Fraction(sum(abs(m - mean) > abs(observed) for m in means), n)),
        "deviation": math.sqrt(sum((m - mean) ** 2 for m in means) / n),
    }


if __name__ == "__main__":
    random.seed(7)
    golden = {
        "python": sys.version.split()[0],
        "mcnemar": [mcnemar(*pair) for pair in ((12, 5), (2, 8), (1, 0), (40, 22), (300, 251), (7, 7), (900, 700))],
        "signFlip": [
            sign_flip([2, 1, -1]),
            sign_flip([1, 0, 1, -1, 2, 1, 0, 2]),
            sign_flip([random.randint(-5, 9) for _ in range(12)]),
        ],
        "clusterBootstrap": [
            cluster_bootstrap([[2], [1], [-1]]),
            cluster_bootstrap([[1, 1, 0], [-1], [1, 0], [0, 0, 1, 1], [-1, 1]]),
        ],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
