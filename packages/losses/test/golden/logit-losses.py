"""Losses on logits in plain Python, straight from their definitions. Writes logit-losses.json beside this file.

Each entry gives one value an example. Logits are multiples of 1/256, which float32 holds exactly.
"""
import json, math, pathlib, platform, random


def softmax(z, t=1.0):
    top = max(z)
    e = [math.exp((x - top) / t) for x in z]
    return [x / math.fsum(e) for x in e]


def kl(a, b):
    return math.fsum(x * math.log(x / y) for x, y in zip(a, b) if x > 0)


def jsd(p, q, beta):
    m = [beta * x + (1 - beta) * y for x, y in zip(p, q)]
    return beta * kl(p, m) + (1 - beta) * kl(q, m)


def mse(s, t, centred):
    if centred:
        s = [x - math.fsum(s) / len(s) for x in s]
        t = [x - math.fsum(t) / len(t) for x in t]
    return math.fsum((x - y) ** 2 for x, y in zip(s, t)) / len(s)


def ce(z, y, eps):
    q = softmax(z)
    target = [(1 - eps) * v + eps / len(z) for v in y]
    return -math.fsum(v * math.log(x) for v, x in zip(target, q) if v > 0)


random.seed(20261125)
rows = lambda n, c, size: [[round(random.gauss(0, size) * 256) / 256 for _ in range(c)] for _ in range(n)]
batches = [
    {"student": [[1, 0, -1]], "teacher": [[0, 2, 1]]},
    {"student": rows(3, 5, 1), "teacher": rows(3, 5, 2)},
    {"student": rows(2, 2, 4), "teacher": rows(2, 2, 4)},
]
cases = []
for batch in batches:
    pairs = list(zip(batch["student"], batch["teacher"]))
    signals = {k: {"logits": v} for k, v in batch.items()}
    for t in (1, 2, 4):
        ps = [(softmax(te, t), softmax(st, t)) for st, te in pairs]
        cases += [
            {"loss": "softTargets", "options": {"temperature": t}, "items": [t * t * kl(p, q) for p, q in ps]},
            {"loss": "forwardKl", "options": {"temperature": t}, "items": [kl(p, q) for p, q in ps]},
            {"loss": "reverseKl", "options": {"temperature": t}, "items": [kl(q, p) for p, q in ps]},
        ]
        for beta in (0.1, 0.5, 0.9):
            items = [jsd(p, q, beta) for p, q in ps]
            cases.append({"loss": "jensenShannon", "options": {"temperature": t, "beta": beta}, "items": items})
    for centred in (False, True):
        items = [mse(s, t, centred) for s, t in pairs]
        cases.append({"loss": "logitMse", "options": {"centred": centred}, "items": items})
    for case in cases:
        case.setdefault("signals", signals)

labelled = []
for n, c in ((4, 3), (3, 6)):
    z = rows(n, c, 1.5)
    hard = [random.randrange(c) for _ in range(n)]
    soft = [softmax(r) for r in rows(n, c, 1)]
    weights = [round(random.uniform(0.2, 3), 3) for _ in range(c)]
    for eps in (0, 0.1):
        onehot = [[1.0 if k == y else 0.0 for k in range(c)] for y in hard]
        items = [ce(r, y, eps) for r, y in zip(z, onehot)]
        w = [weights[y] for y in hard]
        mean = math.fsum(a * b for a, b in zip(items, w)) / math.fsum(w)
        labelled.append({"options": {"labelSmoothing": eps}, "logits": z, "labels": hard, "items": items,
                         "classWeights": weights, "weightedMean": mean})
        items = [ce(r, y, eps) for r, y in zip(z, soft)]
        labelled.append({"options": {"labelSmoothing": eps}, "logits": z, "labels": soft, "items": items})
out = {"by": f"Python {platform.python_version()}", "seed": 20261125, "cases": cases, "labelled": labelled}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
