"""The step in PyTorch: answers each number of steps on standard input by a line that says what they took.

The weights and the batches come from start-files.ts, so that all systems start from the same numbers.
"""
import json
import math
import resource
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

options = json.loads(sys.argv[1])
sizes, adam = options["sizes"], options["adamw"]
torch.set_num_threads(options["threads"])


def answer(value):
    print("@ " + json.dumps(value), flush=True)


start = json.loads(Path(options["startFile"]).read_text())
weights = {}
for path, value in start["weights"].items():
    data = torch.frombuffer(bytearray(Path(value["file"]).read_bytes()), dtype=torch.float32)
    weights[path] = data.reshape(value["shape"]).clone().requires_grad_(True)
batches = [
    {name: torch.tensor(values, dtype=torch.int64) for name, values in batch.items()}
    for batch in start["batches"]
]
optimizer = torch.optim.AdamW(
    list(weights.values()),
    lr=adam["rate"],
    betas=tuple(adam["betas"]),
    eps=adam["epsilon"],
    weight_decay=adam["weightDecay"],
)


def linear(at, x):
    return torch.addmm(weights[f"{at}/bias"], x, weights[f"{at}/weight"])


def norm(at, x):
    gamma, beta = weights[f"{at}/gamma"], weights[f"{at}/beta"]
    return F.layer_norm(x, (sizes["width"],), gamma, beta, options["normEpsilon"])


def split(x):
    head = sizes["width"] // sizes["heads"]
    return x.reshape(sizes["batch"], sizes["tokens"], sizes["heads"], head).transpose(1, 2)


def loss_of(batch):
    size, tokens, width = sizes["batch"], sizes["tokens"], sizes["width"]
    kept = batch["mask"].reshape(size, tokens).to(torch.float32)
    mask = ((kept - 1) * 1e9).reshape(size, 1, 1, tokens)
    if options["lookup"] == "gather":
        found = F.embedding(batch["ids"], weights["tokens/table"])
    else:
        found = F.one_hot(batch["ids"], sizes["vocabulary"]).to(torch.float32) @ weights["tokens/table"]
    x = (found.reshape(size, tokens, width) + weights["positions/table"]).reshape(-1, width)
    for layer in range(sizes["layers"]):
        at = f"encoder/{layer}"
        h = norm(f"{at}/attentionNorm", x)
        query = split(linear(f"{at}/attention/query", h)) / math.sqrt(width // sizes["heads"])
        key = split(linear(f"{at}/attention/key", h))
        value = split(linear(f"{at}/attention/value", h))
        attention = torch.softmax(query @ key.transpose(2, 3) + mask, dim=-1)
        mixed = (attention @ value).transpose(1, 2).reshape(-1, width)
        x = x + linear(f"{at}/attention/output", mixed)
        inner = F.gelu(linear(f"{at}/inner", norm(f"{at}/outputNorm", x)))
        x = x + linear(f"{at}/outer", inner)
    states = norm("norm", x).reshape(size, tokens, width)
    pooled = (states * kept.unsqueeze(-1)).sum(1) / kept.sum(1, keepdim=True)
    return F.cross_entropy(linear("classifier", pooled), batch["labels"])


done = 0


def step():
    global done
    loss = loss_of(batches[done % len(batches)])
    done += 1
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if options.get("clip") is not None:
        torch.nn.utils.clip_grad_norm_(list(weights.values()), options["clip"])
    optimizer.step()
    return loss.item()


answer({"version": torch.__version__, "runsOn": f"CPU, {torch.get_num_threads()} threads"})
for line in sys.stdin:
    times, losses = [], []
    before = time.process_time()
    for _ in range(int(line)):
        began = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - began) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer(
        {
            "stepMs": times,
            "losses": losses,
            "cpuSeconds": time.process_time() - before,
            # Kilobytes on Linux, bytes on macOS.
            "peakRssBytes": peak if sys.platform == "darwin" else peak * 1024,
        }
    )
