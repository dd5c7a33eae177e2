"""SmolLM2 in retort and in transformers: greedy continuations of the last eight of prompts.jsonl, and tokens a second, in turns.

    python3 experiments/smollm2/fetch.py
    npx retort convert models/SmolLM2-135M-Instruct.Q4_1.gguf models/smollm2
    python3 experiments/smollm2/compare.py models/smollm2

Needs torch and transformers. Prints a Markdown table, and says where a continuation differs.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

import torch
import transformers

TOKENS = 64
PROMPTS = [json.loads(line)["messages"] for line in (pathlib.Path(__file__).parent / "prompts.jsonl").read_text().splitlines()][-8:]


def ours(folder: str, text: str) -> tuple[list[int], float]:
    """Tokens of the greedy continuation, and seconds as retort says them: prompt and completion, without loading."""
    flags = ["--chat", "--temperature", "0", "--max-new-tokens", str(TOKENS), "--prompt", text]
    json_line = subprocess.run(["npx", "retort", "sample", folder, "--json", *flags], check=True, capture_output=True, text=True).stdout
    speed = subprocess.run(["npx", "retort", "sample", folder, *flags], check=True, capture_output=True, text=True).stderr
    return json.loads(json_line)["tokens"], float(speed.split(" tokens in ")[1].split(" s")[0])


def theirs(model, tokenizer, messages) -> tuple[list[int], float]:
    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    began = time.perf_counter()
    out = model.generate(**ids, max_new_tokens=TOKENS, do_sample=False)
    return out[0, ids["input_ids"].shape[1] :].tolist(), time.perf_counter() - began


def main(folder: str) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    rows = []
    for messages in PROMPTS:
        (mine, my_seconds), (reference, seconds) = ours(folder, messages[0]["content"]), theirs(model, tokenizer, messages)
        rows.append((len(mine) / my_seconds, len(reference) / seconds))
        same = "the same" if mine == reference else f"differs: {tokenizer.decode(reference)!r}"
        print(f"| {messages[0]['content']} | {tokenizer.decode(mine, skip_special_tokens=True)!r} | {len(mine)} | {same} |", flush=True)
    mine, reference = (statistics.median(column) for column in zip(*rows))
    print(f"\ntokens/s, median: retort {mine:.1f}, transformers {transformers.__version__} (torch {torch.__version__}) {reference:.1f}")


main(sys.argv[1])
