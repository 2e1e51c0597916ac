"""Writes rng.json: xoshiro128** and the derivation of streams, in plain Python.

The generator follows Blackman and Vigna's reference C code (https://prng.di.unimi.it/xoshiro128starstar.c).
Run: python3 rng.py > rng.json
"""
import json
import platform

MASK = 0xFFFFFFFF


def rotl(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


class Xoshiro:
    def __init__(self, words):
        self.s = list(words)

    def next(self):
        s = self.s
        result = (rotl((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)
        return result


def fmix32(h):
    """The finaliser of MurmurHash3."""
    h &= MASK
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & MASK
    h ^= h >> 16
    return h


def derive(base, name):
    words = list(base)
    golden = [0x9E3779B9, 0x7F4A7C15, 0xF39CC060, 0x5CEDC834]
    raw = name.encode("utf-16-le")
    units = [raw[i] | raw[i + 1] << 8 for i in range(0, len(raw), 2)]
    for value in [unit + 1 for unit in units] + [len(units) ^ 0x85EBCA6B, 0xC2B2AE35]:
        words[0] ^= value
        for lane in range(4):
            words[lane] = fmix32(words[lane] + words[lane - 1] + golden[lane])
    return words


def from_seed(seed):
    return derive([seed & MASK, seed >> 32, 0x243F6A88, 0x85A308D3], "seed")


reference = Xoshiro([1, 2, 3, 4])
cases = []
for seed, path in [(0, []), (7, []), (7, ["shuffle"]), (2**40 + 5, ["init", "Größe 😀"]), (2**53 - 1, [""])]:
    words = from_seed(seed)
    for name in path:
        words = derive(words, name)
    generator = Xoshiro(words)
    cases.append({"seed": seed, "path": path, "words": words, "bits": [generator.next() for _ in range(6)]})

print(json.dumps({
    "made": {"by": "rng.py", "python": platform.python_version()},
    "reference": {"words": [1, 2, 3, 4], "bits": [reference.next() for _ in range(10)]},
    "cases": cases,
}, indent=2, ensure_ascii=True))
