"""Optimisers and schedules in float64 over 20 steps, without the library. Writes optimisers.json beside this file.

A transcription in plain Python: of the algorithm boxes in PyTorch's documentation for SGD, Adam, AdamW and SWA
(torch.optim.swa_utils.AveragedModel) and for the schedules that PyTorch has, and of the papers' algorithms for Lion
(Chen et al. 2023, algorithm 2), LAMB (You et al. 2020, algorithm 2), Adafactor (Shazeer and Stern 2018, algorithms 4 to
6) and the inverse square root (Vaswani et al. 2017, equation 3). Where `import torch` works, the same script runs
PyTorch's own classes on the same problem and fails unless all of their numbers agree to 1e-12 of their size; `torch` in
the JSON names the version, or is null where there was none.

The problem has two parameters, a matrix and a bias, with gradients that are a fixed non-linear function of the
parameters and of the step, so that a wrong step shows in all later ones.
"""
import json, math, pathlib, platform

STEPS = 20
SHAPES = {"layer/weight": [2, 2], "layer/bias": [2]}


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


def moments(theta):
    return {p: [0.0] * len(v) for p, v in theta.items()}, {p: [0.0] * len(x) for p, x in theta.items()}


def adam_direction(m, v, path, g, t, b1, b2, eps):
    m[path] = [b1 * mi + (1 - b1) * gi for mi, gi in zip(m[path], g)]
    v[path] = [b2 * vi + (1 - b2) * gi * gi for vi, gi in zip(v[path], g)]
    hats = [(mi / (1 - b1 ** (t + 1)), vi / (1 - b2 ** (t + 1))) for mi, vi in zip(m[path], v[path])]
    return [mh / (math.sqrt(vh) + eps) for mh, vh in hats]


def adam(rate, b1, b2, eps, decay, mask):
    theta = start()
    m, v = moments(theta)
    for t in range(STEPS):
        for path in theta:
            lam = decay if path in mask else 0.0
            g = [gi + lam * x for gi, x in zip(gradient(theta[path], path, t), theta[path])]
            d = adam_direction(m, v, path, g, t, b1, b2, eps)
            theta[path] = [x - rate * di for x, di in zip(theta[path], d)]
    return theta


def adamw(rates, b1, b2, eps, decay, mask, watch=lambda t, theta: None):
    theta = start()
    m, v = moments(theta)
    for t in range(STEPS):
        rate = rates(t)
        for path in theta:
            d = adam_direction(m, v, path, gradient(theta[path], path, t), t, b1, b2, eps)
            lam = decay if path in mask else 0.0
            theta[path] = [x - rate * (di + lam * x) for x, di in zip(theta[path], d)]
        watch(t, theta)
    return theta


def norm(values):
    return math.sqrt(sum(x * x for x in values))


def lamb(rate, b1, b2, eps, decay, mask, scaled):
    theta = start()
    m, v = moments(theta)
    for t in range(STEPS):
        for path in theta:
            d = adam_direction(m, v, path, gradient(theta[path], path, t), t, b1, b2, eps)
            lam = decay if path in mask else 0.0
            r = [di + lam * x for di, x in zip(d, theta[path])]
            trust = norm(theta[path]) / norm(r) if path in scaled else 1.0
            theta[path] = [x - rate * trust * ri for x, ri in zip(theta[path], r)]
    return theta


def lion(rate, b1, b2, decay, mask):
    theta = start()
    m, _ = moments(theta)
    for t in range(STEPS):
        for path in theta:
            g = gradient(theta[path], path, t)
            c = [b1 * mi + (1 - b1) * gi for mi, gi in zip(m[path], g)]
            lam = decay if path in mask else 0.0
            theta[path] = [x - rate * (math.copysign(1.0, ci) * (ci != 0) + lam * x) for x, ci in zip(theta[path], c)]
            m[path] = [b2 * mi + (1 - b2) * gi for mi, gi in zip(m[path], g)]
    return theta


def rms(values):
    return norm(values) / math.sqrt(len(values))


def adafactor(rates, relative, d, exponent, eps1, eps2, decay):
    theta = start()
    R, C, V = [0.0] * 2, [0.0] * 2, [0.0] * 2
    for t in range(1, STEPS + 1):
        b = 1 - t ** -exponent
        rho = rates(t)
        for path in theta:
            x = theta[path]
            g = gradient(x, path, t - 1)
            g2 = [gi * gi + eps1 for gi in g]
            if path == "layer/weight":
                # Algorithm 4, with sums as printed: V = R C / (1' R).
                R = [b * R[i] + (1 - b) * (g2[2 * i] + g2[2 * i + 1]) for i in range(2)]
                C = [b * C[j] + (1 - b) * (g2[j] + g2[2 + j]) for j in range(2)]
                v = [R[i] * C[j] / sum(R) for i in range(2) for j in range(2)]
            else:
                V = [b * vi + (1 - b) * gi for vi, gi in zip(V, g2)]
                v = V
            u = [gi / math.sqrt(vi) for gi, vi in zip(g, v)]
            u = [ui / max(1.0, rms(u) / d) for ui in u]
            alpha = max(eps2, rms(x)) * rho if relative else rho
            theta[path] = [xi - rho * decay * xi - alpha * ui for xi, ui in zip(x, u)]
    return theta


def clipped(g, limit):
    return [max(-limit, min(limit, gi)) for gi in g]


def value_clipped(rate, limit):
    theta = start()
    for t in range(STEPS):
        for path in theta:
            theta[path] = [x - rate * gi for x, gi in zip(theta[path], clipped(gradient(theta[path], path, t), limit))]
    return theta


def swa(first, every):
    """The average of AdamW's parameters after `first` steps and after each `every` more."""
    taken = []

    def watch(t, theta):
        if t + 1 >= first and (t + 1 - first) % every == 0:
            taken.append({path: list(x) for path, x in theta.items()})

    adamw(lambda t: 0.05, 0.9, 0.999, 1e-8, 0.01, BOTH, watch)
    return {path: [sum(xs) / len(taken) for xs in zip(*(one[path] for one in taken))] for path in start()}


def cosine(t, peak, warm, floor):
    if t < warm:
        return peak * (t + 1) / warm
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * (t - warm) / (STEPS - warm)))


def half_cosine(a, b, share):
    return b + (a - b) / 2 * (1 + math.cos(math.pi * share))


def one_cycle(t, peak, rise, start_divisor, end_divisor):
    top = rise * STEPS - 1
    first = peak / start_divisor
    last = first / end_divisor
    if t <= top:
        return half_cosine(first, peak, t / top)
    return half_cosine(peak, last, (t - top) / (STEPS - 1 - top))


def warm_restarts(t, peak, floor, period, stretch):
    while t >= period:
        t -= period
        period *= stretch
    return half_cosine(peak, floor, t / period)


def polynomial(t, peak, warm, floor, power):
    if t < warm:
        return peak * (t + 1) / warm
    return floor + (peak - floor) * (1 - (t - warm) / (STEPS - warm)) ** power


BOTH, WEIGHT = ("layer/weight", "layer/bias"), ("layer/weight",)
cases = {
    "sgd": sgd(0.1, 0, False, 0, BOTH),
    "sgd with decay of matrices": sgd(0.1, 0, False, 0.05, WEIGHT),
    "sgd, values clipped": value_clipped(0.1, 0.3),
    "momentum": sgd(0.03, 0.9, False, 0.01, BOTH),
    "nesterov": sgd(0.03, 0.9, True, 0.01, BOTH),
    "adam": adam(0.05, 0.9, 0.999, 1e-8, 0, BOTH),
    "adam with decay in the gradient": adam(0.05, 0.8, 0.95, 1e-3, 0.1, WEIGHT),
    "adamw": adamw(lambda t: 0.05, 0.9, 0.999, 1e-8, 0.01, BOTH),
    "adamw with other constants": adamw(lambda t: 0.05, 0.8, 0.95, 1e-3, 0.1, WEIGHT),
    "adamw with a cosine": adamw(lambda t: cosine(t, 0.1, 4, 0.01), 0.9, 0.999, 1e-8, 0, BOTH),
    "lion": lion(0.02, 0.9, 0.99, 0, BOTH),
    "lion with decay": lion(0.02, 0.95, 0.98, 0.1, WEIGHT),
    "lamb": lamb(0.05, 0.9, 0.999, 1e-6, 0.01, BOTH, BOTH),
    "lamb, the matrix scaled": lamb(0.05, 0.8, 0.95, 1e-3, 0.1, WEIGHT, WEIGHT),
    "adafactor": adafactor(lambda t: min(0.01, 1 / math.sqrt(t)), True, 1.0, 0.8, 1e-30, 1e-3, 0),
    "adafactor, steps of a fixed size": adafactor(lambda t: 0.05, False, 0.5, 0.7, 1e-4, 1e-3, 0.1),
}
averages = {"swa from 8 every 3": swa(8, 3), "swa from 1": swa(1, 1)}
rates = {
    "cosine": [cosine(t, 0.1, 4, 0.01) for t in range(STEPS)],
    "linear": [0.1 * (t + 1) / 4 if t < 4 else 0.01 + 0.09 * (1 - (t - 4) / 16) for t in range(STEPS)],
    "polynomial": [polynomial(t, 0.1, 4, 0.01, 1.5) for t in range(STEPS)],
    "polynomial to 0": [polynomial(t, 0.1, 0, 0, 2) for t in range(STEPS)],
    "stepwise every 6": [0.1 * 0.5 ** (t // 6) for t in range(STEPS)],
    "stepwise at shares": [0.1 * 0.2 ** ((t >= 10) + (t >= 15)) for t in range(STEPS)],
    "inverseSquareRoot": [0.1 * min((t + 1) / 5, math.sqrt(5 / (t + 1))) for t in range(STEPS)],
    "oneCycle": [one_cycle(t, 0.1, 0.3, 25, 1e4) for t in range(STEPS)],
    "warmRestarts": [warm_restarts(t, 0.1, 0.01, 6, 1) for t in range(STEPS)],
    "warmRestarts, each twice as long": [warm_restarts(t, 0.1, 0.01, 3, 2) for t in range(STEPS)],
}


def check_with_torch():
    """Asserts that PyTorch's own classes give these numbers; returns its version, or None where there is none."""
    try:
        import torch
    except ImportError:
        return None

    def agree(name, found, expected):
        for a, b in zip(found, expected):
            assert abs(a - b) <= 1e-12 * max(1, abs(b)), f"{name}: torch has {a}, the transcription {b}"

    def run(make, watch=lambda model: None):
        model = torch.nn.ParameterList(torch.tensor(x, dtype=torch.float64) for x in start().values())
        optimizer, scheduler = make(list(model))
        for t in range(STEPS):
            for path, parameter in zip(start(), model):
                parameter.grad = torch.tensor(gradient(parameter.tolist(), path, t), dtype=torch.float64)
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            watch(model)
        return dict(zip(start(), (parameter.tolist() for parameter in model)))

    def groups(parameters, decay):
        return [{"params": [parameters[0]], "weight_decay": decay}, {"params": [parameters[1]], "weight_decay": 0}]

    o, schedules = torch.optim, torch.optim.lr_scheduler
    made = {
        "sgd": lambda p: o.SGD(p, lr=0.1),
        "sgd with decay of matrices": lambda p: o.SGD(groups(p, 0.05), lr=0.1),
        "momentum": lambda p: o.SGD(p, lr=0.03, momentum=0.9, weight_decay=0.01),
        "nesterov": lambda p: o.SGD(p, lr=0.03, momentum=0.9, nesterov=True, weight_decay=0.01),
        "adam": lambda p: o.Adam(p, lr=0.05),
        "adam with decay in the gradient": lambda p: o.Adam(groups(p, 0.1), lr=0.05, betas=(0.8, 0.95), eps=1e-3),
        "adamw": lambda p: o.AdamW(p, lr=0.05, weight_decay=0.01),
        "adamw with other constants": lambda p: o.AdamW(groups(p, 0.1), lr=0.05, betas=(0.8, 0.95), eps=1e-3),
    }
    for name, make in made.items():
        found = run(lambda p: (make(p), None))
        for path in found:
            agree(f"{name} {path}", found[path], cases[name][path])

    for name, (first, every) in {"swa from 8 every 3": (8, 3), "swa from 1": (1, 1)}.items():
        seen, averaged = [0], []

        def watch(model):
            seen[0] += 1
            if seen[0] >= first and (seen[0] - first) % every == 0:
                averaged.append(averaged[-1] if averaged else torch.optim.swa_utils.AveragedModel(model))
                averaged[-1].update_parameters(model)

        run(lambda p: (o.AdamW(p, lr=0.05, weight_decay=0.01), None), watch)
        for path, parameter in zip(start(), averaged[-1].module):
            agree(f"{name} {path}", parameter.tolist(), averages[name][path])

    scheduled = {
        "stepwise every 6": lambda opt: schedules.StepLR(opt, 6, 0.5),
        "stepwise at shares": lambda opt: schedules.MultiStepLR(opt, [10, 15], 0.2),
        "oneCycle": lambda opt: schedules.OneCycleLR(opt, 0.1, total_steps=STEPS, cycle_momentum=False),
        "warmRestarts": lambda opt: schedules.CosineAnnealingWarmRestarts(opt, 6, 1, 0.01),
        "warmRestarts, each twice as long": lambda opt: schedules.CosineAnnealingWarmRestarts(opt, 3, 2, 0.01),
    }
    if hasattr(schedules, "PolynomialLR"):
        scheduled["polynomial to 0"] = lambda opt: schedules.PolynomialLR(opt, STEPS, 2)
    for name, make in scheduled.items():
        optimizer = o.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler, found = make(optimizer), []
        for t in range(STEPS):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if t < STEPS - 1:
                scheduler.step()
        agree(name, found, rates[name])
    return torch.__version__


out = {
    "by": f"Python {platform.python_version()}",
    "torch": check_with_torch(),
    "steps": STEPS,
    "cases": [{"name": name, "parameters": parameters} for name, parameters in cases.items()],
    "averages": [{"name": name, "parameters": parameters} for name, parameters in averages.items()],
    "rates": rates,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
