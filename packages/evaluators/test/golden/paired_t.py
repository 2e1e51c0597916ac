"""Writes paired_t.json: Student's paired t test by SciPy.

Python 3 with NumPy and SciPy; run as: python3 paired_t.py
"""

import json
import sys
from pathlib import Path

import numpy
import scipy
from scipy import stats

seed = 7


def case(differences):
    found = stats.ttest_1samp(differences, 0)
    return {"differences": list(differences), "t": float(found.statistic), "p": float(found.pvalue)}


if __name__ == "__main__":
    rng = numpy.random.default_rng(seed)
    fixed = [[0.1, 0, 0.1, -0.1, 0.2, 0.1, 0, 0.2], [1, 2], [1, -2, 4], [-3, -1, -2, -5]]
    drawn = [
        numpy.round(rng.normal(shift, 1, n), 6).tolist()
        for n, shift in [(5, 0), (10, 1), (31, 0.2), (64, -0.3), (301, 0.1), (302, 0.02)]
    ]
    versions = {"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__}
    text = json.dumps({"versions": versions, "seed": seed, "cases": [case(d) for d in fixed + drawn]})
    Path(__file__).with_suffix(".json").write_text(text + "\n")
