"""Writes text.json: BLEU, chrF and self-BLEU by sacreBLEU.

Python 3 with `pip install sacrebleu==2.6.0`; run as: python3 text.py
"""

import json
import random
import sys
import types
from pathlib import Path

try:
    import lxml.etree  # noqa: F401
except ImportError:  # sacreBLEU imports it for its data sets alone
    sys.modules["lxml"] = types.ModuleType("lxml")
    sys.modules["lxml.etree"] = types.ModuleType("lxml.etree")
    sys.modules["lxml"].etree = sys.modules["lxml.etree"]

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

LINES = [
    "The cat sat on the mat, and the dog lay by the door.",
    "It's 3.5% of U.S. co-op members (test).",
    "Prices rose 1,000.50 dollars -- or 5-10 percent -- in 2019.",
    "\"Hello\" & good-bye; he said: 'why not?'",
    "&quot;Quoted&quot; &amp; escaped &lt;tag&gt; text",
    "Straße, naïve café – mañana über alles…",
    "日本語の文です。これは テスト です。",
    "emoji 👩‍👩‍👧 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 letters",
    "no. 5, p.m. and 3.14159, v2.0-beta",
    "a b c d e f g h i j k",
    "tab\tand  several   spaces\u00a0here",
    "<skipped> odd -\nbreak\nof lines",
]


def variants(seed):
    """Each line with some words dropped, repeated or exchanged; one is empty."""
    rng = random.Random(seed)
    changed = []
    for line in LINES:
        words = line.split(" ")
        for _ in range(rng.randrange(0, 4)):
            i = rng.randrange(len(words))
            kind = rng.randrange(3)
            if kind == 0 and len(words) > 2:
                del words[i]
            elif kind == 1:
                words.insert(i, words[rng.randrange(len(words))])
            else:
                words[i] = rng.choice(["cat", "the", "of", "5", "über"])
        changed.append(" ".join(words))
    return changed


def case(seed, references):
    hypotheses = variants(seed)
    if seed == 3:
        hypotheses[3] = ""
    streams = [list(LINES)] + [variants(100 + seed + i) for i in range(references - 1)]
    bleu = {
        name: BLEU(**options, force=True).corpus_score(hypotheses, streams).score
        for name, options in {
            "exp": {},
            "floor": {"smooth_method": "floor"},
            "add-k": {"smooth_method": "add-k"},
            "none": {"smooth_method": "none"},
        }.items()
    }
    sentence = BLEU(effective_order=True)
    return {
        "hypotheses": hypotheses,
        "references": [list(each) for each in zip(*streams)],
        "bleu": bleu,
        "sentenceBleu": [
            sentence.sentence_score(h, [s[i] for s in streams]).score for i, h in enumerate(hypotheses)
        ],
        "chrf": CHRF().corpus_score(hypotheses, streams).score,
        "chrf++": CHRF(word_order=2).corpus_score(hypotheses, streams).score,
        "sentenceChrf++": [
            CHRF(word_order=2).sentence_score(h, [s[i] for s in streams]).score
            for i, h in enumerate(hypotheses)
        ],
    }


def self_bleu(texts, order):
    """Smoothing by 0.1 matches, which NLTK calls method 1."""
    bleu = BLEU(max_ngram_order=order, smooth_method="floor", smooth_value=0.1, tokenize="none")
    return [
        bleu.sentence_score(own, texts[:i] + texts[i + 1 :]).score / 100
        for i, own in enumerate(texts)
    ]


if __name__ == "__main__":
    pool = [" ".join(line.split()) for line in LINES[:4] + variants(9)[:4] + variants(8)[:4]]
    golden = {
        "versions": {
            "python": sys.version.split()[0],
            "sacrebleu": sacrebleu.__version__,
        },
        "tokens13a": [{"text": line, "tokens": Tokenizer13a()(line)} for line in LINES],
        "cases": [case(1, 1), case(2, 1), case(3, 2), case(4, 3)],
        "selfBleu": {
            "texts": pool,
            "order3Floor": self_bleu(pool, 3),
        },
    }
    text = json.dumps(golden, ensure_ascii=False, indent=1)
    Path(__file__).with_suffix(".json").write_text(text + "\n", encoding="utf-8")
