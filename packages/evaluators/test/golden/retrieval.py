"""Writes retrieval.json: ranking, links, overlap of lists, entities and calibration, from their definitions.

Plain Python 3 with fractions where values are rational; run as: python3 retrieval.py
"""

import json
import math
import random
import re
import sys
from fractions import Fraction
from pathlib import Path


def order(scores):
    """Score descending, equal ones by document descending, bytewise."""
    by_name = sorted(scores, key=lambda document: document.encode(), reverse=True)
    return sorted(by_name, key=lambda document: -scores[document])


def ranking_case(seed):
    rng = random.Random(seed)
    names = [f"d{i}" for i in range(9)] + ["é", "Z", "zz", "\ue000", "😀"]
    qrels = {f"q{q}": {d: rng.randrange(-1, 4) for d in rng.sample(names, 8)} for q in range(6)}
    run = {f"q{q}": {d: rng.randrange(6) / 4 for d in rng.sample(names, 10)} for q in range(1, 8)}
    qrels["q5"] = {d: 0 for d in qrels["q5"]}
    means = {}
    for k in (1, 3, 100):
        for level in (1, 2):
            for gain in ("linear", "exp"):
                values = []
                for query, judged in qrels.items():
                    if query in run:
                        values.append(measures(order(run[query]), judged, k, level, gain))
                for name in values[0]:
                    key = f"{name} k={k} level={level} gain={gain}"
                    means[key] = math.fsum(float(v[name]) for v in values) / len(values)
                    means[key + " zero"] = math.fsum(float(v[name]) for v in values) / len(qrels)
    return {"qrels": qrels, "run": run, "means": means}


def measures(documents, judged, k, level, gain):
    worth = (lambda g: g) if gain == "linear" else (lambda g: 2**g - 1)
    grades = [max(0, judged.get(d, 0)) for d in documents]
    best = sorted((max(0, g) for g in judged.values()), reverse=True)
    dcg = lambda gs: math.fsum(worth(g) / math.log2(i + 2) for i, g in enumerate(gs[:k]))
    relevant = sum(g >= level for g in judged.values())
    hits = [g >= level for g in grades]
    precisions = [Fraction(sum(hits[: i + 1]), i + 1) for i in range(min(k, len(hits))) if hits[i]]
    first = hits.index(True) + 1 if True in hits else None
    found = sum(hits[:k])
    return {
        "ndcg": dcg(grades) / dcg(best) if dcg(best) else 0.0,
        "map": sum(precisions) / relevant if relevant else Fraction(0),
        "mrr": Fraction(1, first) if first and first <= k else Fraction(0),
        "recall": Fraction(found, relevant) if relevant else Fraction(0),
        "precision": Fraction(found, k),
        "success": Fraction(int(found > 0)),
    }


def rbo_case(seed, lengths, p):
    """By the definition over sets: agreement to depth d, beyond the shorter list extrapolated."""
    rng = random.Random(seed)
    pool = "abcdefghijkl"
    a, b = (rng.sample(pool, n) for n in lengths)
    short, long = sorted((a, b), key=len)
    s, l = len(short), len(long)
    x = lambda d: len(set(short[:d]) & set(long[:d]))
    total = sum(Fraction(x(d), d) * Fraction(p) ** d for d in range(1, l + 1))
    total += sum(Fraction(x(s) * (d - s), s * d) * Fraction(p) ** d for d in range(s + 1, l + 1))
    rest = (Fraction(x(l) - x(s), l) + Fraction(x(s), s)) * Fraction(p) ** l
    return {"a": a, "b": b, "p": p, "value": float((1 - Fraction(p)) / Fraction(p) * total + rest)}


def spans(tags):
    """conlleval's rule, by a pattern over one letter a token: a new type or a B starts an entity."""
    found, start = [], 0
    marks = [(t[0], t[2:]) for t in tags]
    joins = []
    for i, (mark, kind) in enumerate(marks):
        before = marks[i - 1] if i else ("O", "")
        joins.append("o" if mark == "O" else "j" if mark == "I" and before[1] == kind and before[0] != "O" else "s")
    for match in re.finditer("sj*", "".join(joins)):
        found.append((marks[match.start()][1], match.start(), match.end()))
    return found


def strict_spans(tags):
    found = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            end = i + 1
            while end < len(tags) and tags[end] == "I" + tag[1:]:
                end += 1
            found.append((tag[2:], i, end))
    return found


def entity_case(seed):
    rng = random.Random(seed)
    tags = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "I-ORG"]
    references = [[rng.choice(tags) for _ in range(rng.randrange(1, 12))] for _ in range(25)]
    predictions = [[t if rng.random() < 0.8 else rng.choice(tags) for t in row] for row in references]
    case = {"references": references, "predictions": predictions}
    for scheme, read in (("conll", spans), ("bio2", strict_spans)):
        gold = {(i, *e) for i, row in enumerate(references) for e in read(row)}
        ours = {(i, *e) for i, row in enumerate(predictions) for e in read(row)}
        types = sorted({e[1] for e in gold | ours})
        f1 = lambda g, o: Fraction(2 * len(g & o), len(g) + len(o))
        of = lambda t: f1({e for e in gold if e[1] == t}, {e for e in ours if e[1] == t})
        support = {t: sum(e[1] == t for e in gold) for t in types}
        case[scheme] = {
            "spans": [[list(e) for e in read(row)] for row in references],
            "micro": float(f1(gold, ours)),
            "macro": float(sum(map(of, types)) / len(types)),
            "weighted": float(sum(support[t] * of(t) for t in types) / sum(support.values())),
            "types": {t: float(of(t)) for t in types},
        }
    return case


def calibration_case(seed, items):
    """Confidences without ties, and whether each answer is right."""
    rng = random.Random(seed)
    confidences = rng.sample([i / 1000 for i in range(251, 1000)], items)
    right = [int(rng.random() < c) for c in confidences]
    exact = sorted(((Fraction(c).limit_denominator(1000), r) for c, r in zip(confidences, right)))

    def gaps(parts):
        return [abs(sum(c - r for c, r in part)) for part in parts if part]

    def equal_mass(bins):
        parts, start = [], 0
        for b in range(bins):
            size = items // bins + (b < items % bins)
            parts.append(exact[start : start + size])
            start += size
        return float(sum(gaps(parts)) / items)

    def widest(bins):
        edge = lambda b: Fraction(b, bins)
        parts = [[x for x in exact if edge(b) < x[0] <= edge(b + 1)] for b in range(bins)]
        return float(max(abs(sum(c - r for c, r in p)) / len(p) for p in parts if p))

    wrong, area = 0, Fraction(0)
    for n, (_, r) in enumerate(reversed(exact), 1):
        wrong += 1 - r
        area += Fraction(wrong, n)
    return {
        "confidences": confidences,
        "right": right,
        "equalMass": {str(b): equal_mass(b) for b in (4, 7, 15)},
        "mce": {str(b): widest(b) for b in (5, 10, 15)},
        "aurc": float(area / items),
    }


if __name__ == "__main__":
    golden = {
        "python": sys.version.split()[0],
        "ranking": [ranking_case(1), ranking_case(2)],
        "rbo": [rbo_case(3, (6, 6), "0.9"), rbo_case(4, (4, 9), "0.8"), rbo_case(5, (12, 3), "0.98")],
        "entities": [entity_case(6), entity_case(7)],
        "calibration": [calibration_case(8, 40), calibration_case(9, 61)],
    }
    text = json.dumps(golden, separators=(",", ":"), ensure_ascii=False)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
