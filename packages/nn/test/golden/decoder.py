"""Two tiny causal language models, token by token in double precision, with the published families' own tensor names.

`llama`: root mean square norms, rotary positions that turn a head's halves, keys and values shared by two heads, SwiGLU, a
head of its own (Touvron et al. 2023; names and layout as in the published checkpoints, weights [out, in]).
`gpt2`: layer norms, learned positions, tanh GELU, biases, queries, keys and values in one map, a tied head (Radford et al.
2019; names and layout as in the published checkpoints, weights [in, out]).

Writes decoder.json beside this file. Plain Python 3; weights are multiples of 1/64, so that float32 holds them exactly.
"""

import json
import math
import pathlib

VOCABULARY, TOKENS, WIDTH, HEADS, INNER, LAYERS = 11, 6, 16, 4, 12, 2
D = WIDTH // HEADS
IDS = [3, 7, 1, 10, 4]
counter = 0


def tensor(*shape, around=0.0):
    """Numbers that look random and are none: multiples of 1/64 within a third of `around`."""
    global counter
    size = math.prod(shape)
    numbers = []
    for _ in range(size):
        counter += 1
        numbers.append(around + ((counter * 7919) % 41 - 20) / 64)
    return {"shape": list(shape), "data": numbers}


def at(t, *index):
    flat = 0
    for size, i in zip(t["shape"], index):
        flat = flat * size + i
    return t["data"][flat]


def row(t, i):
    return [at(t, i, j) for j in range(t["shape"][1])]


def softmax(scores):
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    return [p / sum(powers) for p in powers]


def attend(queries, keys, values, groups):
    """Causal attention; lists by token, head and number."""
    out = []
    for t, heads in enumerate(queries):
        joined = []
        for h, q in enumerate(heads):
            g = h // groups
            weights = softmax(
                [sum(a * b for a, b in zip(q, keys[s][g])) / math.sqrt(D) for s in range(t + 1)]
            )
            joined += [sum(w * values[s][g][i] for s, w in enumerate(weights)) for i in range(D)]
        out.append(joined)
    return out


def cut(vector):
    return [vector[i : i + D] for i in range(0, len(vector), D)]


def plus(a, b):
    return [x + y for x, y in zip(a, b)]


def llama():
    w = {"model.embed_tokens.weight": tensor(VOCABULARY, WIDTH)}
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        w[p + "input_layernorm.weight"] = tensor(WIDTH, around=1.0)
        w[p + "self_attn.q_proj.weight"] = tensor(WIDTH, WIDTH)
        w[p + "self_attn.k_proj.weight"] = tensor(WIDTH // 2, WIDTH)
        w[p + "self_attn.v_proj.weight"] = tensor(WIDTH // 2, WIDTH)
        w[p + "self_attn.o_proj.weight"] = tensor(WIDTH, WIDTH)
        w[p + "post_attention_layernorm.weight"] = tensor(WIDTH, around=1.0)
        w[p + "mlp.gate_proj.weight"] = tensor(INNER, WIDTH)
        w[p + "mlp.up_proj.weight"] = tensor(INNER, WIDTH)
        w[p + "mlp.down_proj.weight"] = tensor(WIDTH, INNER)
    w["model.norm.weight"] = tensor(WIDTH, around=1.0)
    w["lm_head.weight"] = tensor(VOCABULARY, WIDTH)

    def times(name, x):
        m = w[name]
        return [sum(at(m, o, i) * x[i] for i in range(len(x))) for o in range(m["shape"][0])]

    def norm(name, x):
        size = math.sqrt(sum(v * v for v in x) / len(x) + 1e-5)
        return [g * v / size for g, v in zip(w[name]["data"], x)]

    def turn(head, position):
        half = D // 2
        out = list(head)
        for i in range(half):
            angle = position / 10000 ** (2 * i / D)
            a, b = head[i], head[i + half]
            out[i] = a * math.cos(angle) - b * math.sin(angle)
            out[i + half] = b * math.cos(angle) + a * math.sin(angle)
        return out

    x = [row(w["model.embed_tokens.weight"], i) for i in IDS]
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        h = [norm(p + "input_layernorm.weight", v) for v in x]
        q = [[turn(head, t) for head in cut(times(p + "self_attn.q_proj.weight", v))] for t, v in enumerate(h)]
        k = [[turn(head, t) for head in cut(times(p + "self_attn.k_proj.weight", v))] for t, v in enumerate(h)]
        values = [cut(times(p + "self_attn.v_proj.weight", v)) for v in h]
        x = [plus(v, times(p + "self_attn.o_proj.weight", a)) for v, a in zip(x, attend(q, k, values, 2))]
        for t, v in enumerate(x):
            n = norm(p + "post_attention_layernorm.weight", v)
            gate = [g / (1 + math.exp(-g)) for g in times(p + "mlp.gate_proj.weight", n)]
            up = times(p + "mlp.up_proj.weight", n)
            x[t] = plus(v, times(p + "mlp.down_proj.weight", [a * b for a, b in zip(gate, up)]))
    return {"tensors": w, "logits": [times("lm_head.weight", norm("model.norm.weight", v)) for v in x]}


def gpt2():
    w = {"transformer.wte.weight": tensor(VOCABULARY, WIDTH), "transformer.wpe.weight": tensor(TOKENS, WIDTH)}

    def maps(name, inputs, outputs):
        w[name + ".weight"] = tensor(inputs, outputs)
        w[name + ".bias"] = tensor(outputs)

    def norms(name):
        w[name + ".weight"] = tensor(WIDTH, around=1.0)
        w[name + ".bias"] = tensor(WIDTH)

    for i in range(LAYERS):
        p = f"transformer.h.{i}."
        norms(p + "ln_1")
        maps(p + "attn.c_attn", WIDTH, 3 * WIDTH)
        maps(p + "attn.c_proj", WIDTH, WIDTH)
        norms(p + "ln_2")
        maps(p + "mlp.c_fc", WIDTH, INNER)
        maps(p + "mlp.c_proj", INNER, WIDTH)
    norms("transformer.ln_f")

    def times(name, x):
        m, b = w[name + ".weight"], w[name + ".bias"]["data"]
        return [b[o] + sum(at(m, i, o) * x[i] for i in range(len(x))) for o in range(m["shape"][1])]

    def norm(name, x):
        mean = sum(x) / len(x)
        size = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + 1e-5)
        gamma, beta = w[name + ".weight"]["data"], w[name + ".bias"]["data"]
        return [g * (v - mean) / size + b for g, v, b in zip(gamma, x, beta)]

    def gelu(x):
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    x = [plus(row(w["transformer.wte.weight"], i), row(w["transformer.wpe.weight"], t)) for t, i in enumerate(IDS)]
    for i in range(LAYERS):
        p = f"transformer.h.{i}."
        qkv = [times(p + "attn.c_attn", norm(p + "ln_1", v)) for v in x]
        q, k, values = ([cut(v[part * WIDTH : (part + 1) * WIDTH]) for v in qkv] for part in range(3))
        x = [plus(v, times(p + "attn.c_proj", a)) for v, a in zip(x, attend(q, k, values, 1))]
        x = [
            plus(v, times(p + "mlp.c_proj", [gelu(n) for n in times(p + "mlp.c_fc", norm(p + "ln_2", v))]))
            for v in x
        ]
    last = [norm("transformer.ln_f", v) for v in x]
    table = w["transformer.wte.weight"]
    return {
        "tensors": w,
        "logits": [[sum(a * b for a, b in zip(row(table, i), v)) for i in range(VOCABULARY)] for v in last],
    }


pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({"source": "decoder.py, Python floats", "ids": IDS, "llama": llama(), "gpt2": gpt2()}) + "\n"
)
