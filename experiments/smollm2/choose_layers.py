"""Chooses the layers of a fine-tuned teacher that a smaller student keeps: one after the other, the layer goes whose absence raises the loss of references least.

    python3 -m pip install torch==2.15.0 transformers==5.24.0
    python3 experiments/smollm2/choose_layers.py TEACHER ROLLOUTS KEEP

TEACHER is the folder of a Llama-like checkpoint, such as .retort/stages/8e46098c9818cbac; ROLLOUTS a run's rollouts.jsonl, whose last twelve
prompts and references are read; KEEP how many layers stay. While more than 20 are left, two go at a time.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def batch_of(rows: list, tokenizer) -> tuple:
    """Ids [B, T], attention mask [B, T], and where [B, T] a reference's tokens or its end stand."""
    pairs = [(tokenizer(row["prompt"], add_special_tokens=False).input_ids, tokenizer(row["reference"], add_special_tokens=False).input_ids + [tokenizer.eos_token_id]) for row in rows]
    width = max(len(prompt) + len(reference) for prompt, reference in pairs)
    ids, seen, asked = (torch.zeros(len(pairs), width, dtype=torch.long) for _ in range(3))
    for row, (prompt, reference) in enumerate(pairs):
        ids[row, : len(prompt) + len(reference)] = torch.tensor(prompt + reference)
        seen[row, : len(prompt) + len(reference)] = 1
        asked[row, len(prompt) : len(prompt) + len(reference)] = 1
    return ids, seen, asked > 0


def main(folder: str, rollouts: str, keep: int) -> None:
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
    with open(rollouts, encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines][-12:]
    ids, seen, asked = batch_of(rows, tokenizer)
    layers = list(model.model.layers)

    @torch.no_grad()
    def loss(kept: list) -> float:
        """Nats a token of the references, with these layers alone."""
        model.model.layers = torch.nn.ModuleList([layers[i] for i in kept])
        model.config.num_hidden_layers = len(kept)
        states = model.model(ids, attention_mask=seen, use_cache=False).last_hidden_state[:, :-1]
        logits = model.lm_head(states[asked[:, 1:]]).float()
        return torch.nn.functional.cross_entropy(logits, ids[:, 1:][asked[:, 1:]]).item()

    kept = list(range(len(layers)))
    print(f"{len(kept)} layers: {loss(kept):.4f} nats", flush=True)
    while len(kept) > keep:
        without = sorted((loss([i for i in kept if i != gone]), gone) for gone in kept)
        for _, gone in without[: 2 if len(kept) > 20 and len(kept) - keep > 1 else 1]:
            kept.remove(gone)
        print(f"{len(kept)} layers: {loss(kept):.4f} nats, {kept}", flush=True)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
