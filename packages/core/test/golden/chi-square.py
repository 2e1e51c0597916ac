"""Upper quantiles of the chi-square distribution by bisection on the regularised incomplete gamma function.

Run: python3 chi-square.py > chi-square.json
"""
import json
import math
import platform


def upper(a, x):
    """Q(a, x), by series below a + 1 and by continued fraction above (Numerical Recipes, 6.2)."""
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return 1 - total * math.exp(-x + a * math.log(x) - math.lgamma(a))
    tiny = 1e-300
    b = x + 1 - a
    c = 1 / tiny
    d = 1 / b
    h = d
    for i in range(1, 10000):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        d = tiny if abs(d) < tiny else d
        c = b + an / c
        c = tiny if abs(c) < tiny else c
        d = 1 / d
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return math.exp(-x + a * math.log(x) - math.lgamma(a)) * h


def quantile(freedom, p):
    low, high = 0.0, 10.0 * freedom + 100
    for _ in range(200):
        middle = (low + high) / 2
        if upper(freedom / 2, middle / 2) > p:
            low = middle
        else:
            high = middle
    return low


print(json.dumps({
    "made": {"by": "chi-square.py", "python": platform.python_version()},
    "tail": 1e-4,
    "quantiles": {str(freedom): quantile(freedom, 1e-4) for freedom in (23, 63, 99, 255)},
}, indent=2))
