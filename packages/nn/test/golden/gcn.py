"""Two graph convolutions with dense matrices, in double precision: Kipf and Welling 2017, equation 9.

Writes gcn.json beside this file. Plain Python 3; no seed: every number is written by a formula and is a
multiple of 1/64, so that float32 holds it exactly.
"""

import json
import math
import pathlib

NODES, WIDTH, HIDDEN, CLASSES = 7, 3, 4, 2
# Node 6 has no edges; node 1 has many.
EDGES = [(0, 1), (1, 2), (1, 3), (1, 4), (2, 3), (4, 5)]


def written(rows, columns, salt):
    return [[((17 * i + 29 * j + salt) % 41 - 20) / 64 for j in range(columns)] for i in range(rows)]


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


adjacency = [[1.0 if i == j else 0.0 for j in range(NODES)] for i in range(NODES)]
for u, v in EDGES:
    adjacency[u][v] = adjacency[v][u] = 1.0
degrees = [sum(row) for row in adjacency]
normed = [
    [adjacency[i][j] / math.sqrt(degrees[i] * degrees[j]) for j in range(NODES)] for i in range(NODES)
]

features = written(NODES, WIDTH, 3)
weights = [written(WIDTH, HIDDEN, 11), written(HIDDEN, CLASSES, 23)]
biases = [written(1, HIDDEN, 31)[0], written(1, CLASSES, 37)[0]]

layers = []
x = features
for weight, bias in zip(weights, biases):
    y = [[value + b for value, b in zip(row, bias)] for row in product(normed, product(x, weight))]
    layers.append(y)
    x = [[max(0.0, value) for value in row] for row in y]

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "source": "gcn.py, Python floats",
            "edges": EDGES,
            "features": features,
            "weights": weights,
            "biases": biases,
            "layers": layers,
        },
        indent=1,
    )
    + "\n"
)
