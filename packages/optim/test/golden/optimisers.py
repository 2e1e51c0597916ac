"""Optimisers transcribed from their papers in float64, without the library. Writes optimisers.json beside this file.

The problem has two parameters, a matrix and a bias, with gradients that are a fixed non-linear function of the
parameters and of the step, so that a wrong step shows in all later ones.
"""
import json, math, pathlib, platform

STEPS = 20


def start():
    return {"layer/weight": [0.5, -1.25, 2.0, 0.125], "layer/bias": [0.25, -0.75]}


def gradient(theta, path, t):
    scale = 1.0 if path == "layer/weight" else 0.01
    return [scale * (math.sin(3 * x + t) + 0.5 * x) for x in theta]


def sgd(rate, momentum, nesterov, decay, mask):
    theta, velocity = start(), {}
    for t in range(STEPS):
        for path in theta:
            g = gradient(theta[path], path, t)
            lam = decay if path in mask else 0.0
            g = [gi + lam * x for gi, x in zip(g, theta[path])]
            if momentum:
                old = velocity.get(path, [0.0] * len(g))
                velocity[path] = [momentum * v + gi for v, gi in zip(old, g)]
                d = [gi + momentum * v for gi, v in zip(g, velocity[path])] if nesterov else velocity[path]
            else:
                d = g
            theta[path] = [x - rate * di for x, di in zip(theta[path], d)]
    return theta


def adamw(rates, b1, b2, eps, decay, mask):
    theta = start()
    m = {p: [0.0] * len(v) for p, v in theta.items()}
    v = {p: [0.0] * len(x) for p, x in theta.items()}
    for t in range(STEPS):
        rate = rates(t)
        for path in theta:
            g = gradient(theta[path], path, t)
            m[path] = [b1 * mi + (1 - b1) * gi for mi, gi in zip(m[path], g)]
            v[path] = [b2 * vi + (1 - b2) * gi * gi for vi, gi in zip(v[path], g)]
            lam = decay if path in mask else 0.0
            new = []
            for x, mi, vi in zip(theta[path], m[path], v[path]):
                mh, vh = mi / (1 - b1 ** (t + 1)), vi / (1 - b2 ** (t + 1))
                new.append(x - rate * (mh / (math.sqrt(vh) + eps) + lam * x))
            theta[path] = new
    return theta


def cosine(t, peak, warm, floor):
    if t < warm:
        return peak * (t + 1) / warm
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * (t - warm) / (STEPS - warm)))


BOTH, WEIGHT = ("layer/weight", "layer/bias"), ("layer/weight",)
cases = [
    {"name": "sgd", "parameters": sgd(0.1, 0, False, 0, BOTH)},
    {"name": "sgd with decay of matrices", "parameters": sgd(0.1, 0, False, 0.05, WEIGHT)},
    {"name": "momentum", "parameters": sgd(0.03, 0.9, False, 0.01, BOTH)},
    {"name": "nesterov", "parameters": sgd(0.03, 0.9, True, 0.01, BOTH)},
    {"name": "adamw", "parameters": adamw(lambda t: 0.05, 0.9, 0.999, 1e-8, 0.01, BOTH)},
    {"name": "adamw with other constants", "parameters": adamw(lambda t: 0.05, 0.8, 0.95, 1e-3, 0.1, WEIGHT)},
    {"name": "adamw with a cosine", "parameters": adamw(lambda t: cosine(t, 0.1, 4, 0.01), 0.9, 0.999, 1e-8, 0, BOTH)},
]
rates = {
    "cosine": [cosine(t, 0.1, 4, 0.01) for t in range(STEPS)],
    "linear": [0.1 * (t + 1) / 4 if t < 4 else 0.01 + 0.09 * (1 - (t - 4) / 16) for t in range(STEPS)],
}
out = {"by": f"Python {platform.python_version()}", "steps": STEPS, "cases": cases, "rates": rates}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
