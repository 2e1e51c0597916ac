"""Hidden-state losses in plain Python. Writes hidden-mse.json beside this file."""
import json, math, pathlib, platform, random

random.seed(7)
number = lambda: round(random.gauss(0, 1) * 64) / 64


def unit(h):
    length = math.sqrt(math.fsum(x * x for x in h) + 1e-12)
    return [x / length for x in h]


def project(h, weight, bias):
    return [math.fsum(h[i] * weight[i][j] for i in range(len(h))) + bias[j] for j in range(len(bias))]


def mse(a, b):
    return math.fsum((x - y) ** 2 for x, y in zip(a, b)) / len(a)


batch, tokens, narrow, wide = 3, 4, 2, 5
student = [[[number() for _ in range(narrow)] for _ in range(tokens)] for _ in range(batch)]
teacher = [[[number() for _ in range(wide)] for _ in range(tokens)] for _ in range(batch)]
mask = [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]
weight = [[number() for _ in range(wide)] for _ in range(narrow)]
bias = [number() for _ in range(wide)]
cases = []
for normalise in (False, True):
    n = unit if normalise else (lambda h: h)
    each = [[mse(n(project(s, weight, bias)), n(t)) for s, t in zip(a, b)] for a, b in zip(student, teacher)]
    plain = [math.fsum(row) / tokens for row in each]
    masked = [math.fsum(m * x for m, x in zip(ms, row)) / max(1, sum(ms)) for ms, row in zip(mask, each)]
    pooled = [row[0] for row in each]
    cases.append({"normalise": normalise, "plain": plain, "masked": masked, "pooled": pooled})
out = {"by": f"Python {platform.python_version()}", "seed": 7, "student": student, "teacher": teacher, "mask": mask,
       "weight": weight, "bias": bias, "cases": cases}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
