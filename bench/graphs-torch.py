"""The works of graphs.ts in plain PyTorch: a Llama-style decoder, its update by AdamW, its scores and its samples.

Argument: {"works": {NAME: {"kind", "sizes"}}, "threads", "compiled", "bfloat16"} as JSON. Each line of the input names
a work; each line of the output is its time in ms, a number that it computed, and the process's peak memory in bytes.
"""

import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

how = json.loads(sys.argv[1])
torch.set_num_threads(how["threads"])
torch.manual_seed(1)


class Block(nn.Module):
    """x [B, T, D] -> [B, T, D]; with a cache, keys and values of the positions before."""

    def __init__(self, width, heads, groups):
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        hidden = 8 * math.ceil(width / 3)  # as the family llama has it
        linear = lambda ins, outs: nn.Linear(ins, outs, bias=False)
        self.q, self.o = linear(width, width), linear(width, width)
        self.k, self.v = linear(width, groups * self.size), linear(width, groups * self.size)
        self.gate, self.up, self.down = linear(width, hidden), linear(width, hidden), linear(hidden, width)
        self.before, self.after = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)

    def forward(self, x, cos, sin, cache=None, at=None, mask=None):
        batch, tokens, width = x.shape
        read = self.before(x)
        split = lambda y, count: y.view(batch, tokens, count, self.size).transpose(1, 2)
        q = turned(split(self.q(read), self.heads), cos, sin)
        k = turned(split(self.k(read), self.groups), cos, sin)
        v = split(self.v(read), self.groups)
        if cache is not None:
            keys, values = cache
            keys.index_copy_(2, at, k)
            values.index_copy_(2, at, v)
            k, v = keys, values
        grouped = self.groups != self.heads
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None, enable_gqa=grouped)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, tokens, width))
        read = self.after(x)
        return x + self.down(F.silu(self.gate(read)) * self.up(read))


def turned(x, cos, sin):
    """Rotary positions, the second half of a head against the first."""
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Decoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        width, heads = sizes["width"], sizes["heads"]
        groups = sizes.get("keyValueHeads", heads)
        self.table = nn.Embedding(sizes.get("vocabularySize", 512), width)
        self.blocks = nn.ModuleList(Block(width, heads, groups) for _ in range(sizes["layers"]))
        self.last = nn.RMSNorm(width, eps=1e-5)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
        size = width // heads
        angles = torch.outer(torch.arange(128), 10_000 ** (-torch.arange(0, size, 2) / size))
        angles = torch.cat((angles, angles), dim=-1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())
        self.shape = (groups, size)

    def forward(self, tokens, caches=None, at=None, mask=None):
        """tokens [B, T] -> logits [B, T, V], or with caches [B, V] of the last position."""
        cos, sin = (self.cos[at], self.sin[at]) if at is not None else (
            self.cos[: tokens.shape[1]],
            self.sin[: tokens.shape[1]],
        )
        x = self.table(tokens)
        for index, block in enumerate(self.blocks):
            x = block(x, cos, sin, None if caches is None else caches[index], at, mask)
        if caches is not None:
            x = x[:, -1]
        return F.linear(self.last(x), self.table.weight)


def prepared(model):
    """The function that runs the model: compiled or not, in bfloat16's products or not."""
    run = torch.compile(model) if how["compiled"] else model

    def call(*args):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=how["bfloat16"]):
            return run(*args)

    return call


def update(sizes):
    model = Decoder(sizes)
    run = prepared(model)
    batch, length, size = sizes["batch"], sizes["length"], sizes.get("vocabularySize", 512)
    tokens = torch.randint(size, (batch, length))
    teacher = torch.randn(batch, length, size).log_softmax(-1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.01, fused=True)

    def loss_of(logits):
        own = logits.float().log_softmax(-1)
        return (teacher.exp() * (teacher - own)).sum(-1).mean()

    loss_function = torch.compile(loss_of) if how["compiled"] else loss_of

    def once():
        optimizer.zero_grad()
        loss = loss_function(run(tokens))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
        return loss.item()

    return once


def score(sizes):
    run = prepared(Decoder(sizes).eval())
    tokens = torch.randint(sizes.get("vocabularySize", 512), (sizes["batch"], sizes["length"]))

    def once():
        with torch.inference_mode():
            return run(tokens).float().log_softmax(-1)[:, 0, 0].mean().item()

    return once


def draw(sizes):
    model = Decoder(sizes).eval()
    run = prepared(model)
    batch, prompt, new = sizes["batch"], sizes["promptLength"], sizes["newTokens"]
    prompts = torch.randint(sizes.get("vocabularySize", 512), (batch, prompt))
    capacity = prompt + new
    kind = torch.bfloat16 if how["bfloat16"] else torch.float32
    slots = torch.arange(capacity)

    def once():
        total = torch.zeros(batch)
        with torch.inference_mode():
            shape = (batch, model.shape[0], capacity, model.shape[1])
            caches = [(torch.zeros(shape, dtype=kind), torch.zeros(shape, dtype=kind)) for _ in model.blocks]
            tokens, at = prompts, torch.arange(prompt)
            for step in range(new):
                mask = slots[None, :] <= at[:, None]
                log_probs = run(tokens, caches, at, mask).float().log_softmax(-1)
                tokens = torch.multinomial(log_probs.exp(), 1)
                total += log_probs.gather(1, tokens)[:, 0]
                at = torch.tensor([prompt + step])
        return total.mean().item()

    return once


make = {"update": update, "score": score, "draw": draw}
opened = {}
for line in sys.stdin:
    name = line.strip()
    start = time.perf_counter()
    if name not in opened:
        work = how["works"][name]
        opened[name] = make[work["kind"]](work["sizes"])
    check = opened[name]()
    spent = 1000 * (time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"milliseconds": spent, "check": check, "peak": peak, "version": torch.__version__}), flush=True)
