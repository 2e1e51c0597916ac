"""Probabilities after each calibration, by NumPy and SciPy. Run: /usr/bin/python3 calibration.py"""
import json
import pathlib
import sys

import numpy
import scipy
from scipy.special import expit, logit, softmax

cases = [
    ("temperature", [2, 0, 0.5], {"kind": "temperature", "temperature": 1.7}),
    ("a cold temperature", [0.2, 0.1], {"kind": "temperature", "temperature": 0.05}),
    ("platt, two labels", [1.5, -0.25], {"kind": "platt", "a": 0.6, "b": 0.3}),
    ("platt, four labels", [3, 1, 0, -2], {"kind": "platt", "a": 1.4, "b": -0.8}),
    ("isotonic", [2, 0, 0.5], {"kind": "isotonic", "x": [0, 0.1, 0.25, 0.8, 1], "y": [0.02, 0.05, 0.3, 0.7, 0.95]}),
    ("isotonic beyond its points", [6, 0, -6], {"kind": "isotonic", "x": [0.1, 0.6], "y": [0.2, 0.9]}),
]


def calibrated(logits, how):
    z = numpy.array(logits, dtype=numpy.float32).astype(float)
    if how["kind"] == "temperature":
        return softmax(z / how["temperature"])
    p = softmax(z)
    if how["kind"] == "platt":
        q = expit(how["a"] * logit(p) + how["b"])
    else:
        q = numpy.interp(p, how["x"], how["y"])
    return q / q.sum()


out = {
    "versions": {"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__},
    "cases": [
        {"name": name, "logits": logits, "calibration": how, "probabilities": calibrated(logits, how).tolist()}
        for name, logits, how in cases
    ],
}
place = pathlib.Path(__file__).with_suffix(".json")
place.write_text(json.dumps(out, indent=2) + "\n")
