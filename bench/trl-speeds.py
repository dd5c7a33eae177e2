"""Speeds of PyTorch and of HuggingFace's generate, which trl.ts sets beside Retort's.

Argument: {"threads"} as JSON. Each line of the input asks for one of these, and each line of the output has its ms:
{"kind": "product", "size", "bfloat16"}: a product of two square matrices. {"kind": "copy", "bytes"}: a copy in memory.
{"kind": "draw", "folder", "bfloat16", "batch", "prompt", "completion"}: completions of random prompts.
"""

import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

how = json.loads(sys.argv[1])
torch.set_num_threads(how["threads"])
torch.manual_seed(1)
logging.set_verbosity_error()


def kind_of(asked):
    return torch.bfloat16 if asked["bfloat16"] else torch.float32


def product(asked):
    shape = (asked["size"], asked["size"])
    left, right = (torch.randn(shape).to(kind_of(asked)) for _ in range(2))
    return lambda: torch.mm(left, right)


def copy(asked):
    source = torch.ones(asked["bytes"] // 4)
    target = torch.empty_like(source)
    return lambda: target.copy_(source)


def draw(asked):
    model = AutoModelForCausalLM.from_pretrained(asked["folder"], dtype=kind_of(asked)).eval()
    model.generation_config.eos_token_id = None
    tokens = torch.randint(2, model.config.vocab_size, (asked["batch"], asked["prompt"]))
    expected = asked["prompt"] + asked["completion"]

    def once():
        with torch.inference_mode():
            drawn = model.generate(
                input_ids=tokens,
                attention_mask=torch.ones_like(tokens),
                max_new_tokens=asked["completion"],
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                pad_token_id=0,
            )
        if drawn.shape[1] != expected:
            raise SystemExit(f"expected {expected} tokens in a row, got {drawn.shape[1]}")

    return once


make = {"product": product, "copy": copy, "draw": draw}
opened = {}
for line in sys.stdin:
    if line not in opened:
        asked = json.loads(line)
        # One is held at a time, as models are large.
        opened = {line: make[asked["kind"]](asked)}
    start = time.perf_counter()
    opened[line]()
    print(json.dumps({"milliseconds": 1000 * (time.perf_counter() - start)}), flush=True)
