"""The n-gram hash, transcribed from its definition. Writes ngram-hash.json beside this file."""
import json, pathlib, platform

M = 2**32


def bucket(gram, buckets):
    h = 0x811C9DC5
    for byte in gram:
        h = (h ^ byte) * 0x9E3779B1 % M
    factor = (len(gram) * 0x5BD1E994 + 0x2C1B3C6D) % M
    h = (h ^ (h >> 15)) * factor % M
    return h >> (32 - (buckets.bit_length() - 1))


def ngrams(data, orders, buckets):
    return [bucket(data[i : i + n], buckets) for n in orders for i in range(len(data) - n + 1)]


cases = []
for text, orders, buckets in [
    ("ab", [1, 2], 4096),
    ("const x = 1;", [1, 2, 3, 4], 65536),
    ("größe", [2, 5], 2**18),
    ("x", [2, 3], 64),
]:
    data = text.encode()
    cases.append({"text": text, "orders": orders, "buckets": buckets, "hashes": ngrams(data, orders, buckets)})
out = {"by": f"Python {platform.python_version()}", "cases": cases}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
