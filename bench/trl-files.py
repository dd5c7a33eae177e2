"""The files of the works of trl.ts: random GPT-2s as HuggingFace folders with a tokenizer of bytes, and prompts.

Argument: {"folder", "works": [{"name", "vocabulary", "prompt", "completion", "student", "teacher"}]} as JSON, where a
policy is {"layers", "width", "heads"}. For each work it writes NAME-student, NAME-teacher and NAME.jsonl there.
"""

import json
import pathlib
import random
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, set_seed

PROMPTS = 64
LETTERS = "abcdefghij 0123456789+-="


def byte_tokenizer(size):
    """A token for each byte, and tokens that no text has, up to the size."""
    vocabulary = {"<pad>": 0, "<eos>": 1}
    for letter in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocabulary[letter] = len(vocabulary)
    for index in range(len(vocabulary), size):
        vocabulary[f"<x{index}>"] = index
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")


def random_policy(policy, work):
    """A GPT-2 without dropout, as GKD trains it, with room for a prompt and its completion."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=work["vocabulary"],
            n_positions=work["prompt"] + work["completion"],
            n_embd=policy["width"],
            n_layer=policy["layers"],
            n_head=policy["heads"],
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=1,
            eos_token_id=1,
            pad_token_id=0,
        )
    )


def write_prompts(path, work):
    """Lines of random letters, each a token; a prompt has half to all of the most tokens."""
    draw = random.Random(1)

    def text(length):
        return "".join(draw.choice(LETTERS) for _ in range(length))

    with open(path, "w") as lines:
        for _ in range(PROMPTS):
            prompt = text(draw.randint(work["prompt"] // 2, work["prompt"]))
            lines.write(json.dumps({"prompt": prompt, "reference": text(work["completion"] - 1)}) + "\n")


def main():
    asked = json.loads(sys.argv[1])
    folder = pathlib.Path(asked["folder"])
    for work in asked["works"]:
        set_seed(0)
        tokenizer = byte_tokenizer(work["vocabulary"])
        for role in ("student", "teacher"):
            target = folder / f"{work['name']}-{role}"
            random_policy(work[role], work).save_pretrained(target)
            tokenizer.save_pretrained(target)
        write_prompts(folder / f"{work['name']}.jsonl", work)


main()
