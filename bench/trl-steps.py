"""On-policy GKD by TRL's own GKDTrainer, as trl.ts has it run: its steps, and what each part of them takes.

Argument, as JSON: {"student", "teacher"} (HuggingFace folders), "layers" (those of the student that are kept, or null),
"prompts" (a file of JSON lines), "batch", "newTokens", "length" (most tokens of prompt and completion), "beta",
"learningRate", "steps", "bfloat16", "threads". The last line of the output is JSON: for each step its ms, those of
"draw", "teacher", "update" (student forward, loss, backward) and "optimizer" (clipping, AdamW), the ms "between" it
and the step before, and its loss a token; and "prompt", the mean padded length of the prompts.
"""

import json
import sys
import tempfile
import time

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, set_seed
from trl.experimental.gkd import GKDConfig, GKDTrainer

how = json.loads(sys.argv[1])
# A tokenizer without a template of its own continues the text of the prompt, as Retort has it do.
PLAIN_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def load(folder, layers=None):
    """A policy in float32; of one with chosen layers, these alone, renumbered."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if layers is not None:
        model.model.layers = torch.nn.ModuleList([model.model.layers[index] for index in layers])
        for index, layer in enumerate(model.model.layers):
            layer.self_attn.layer_idx = index
        model.config.num_hidden_layers = len(layers)
    model.generation_config.eos_token_id = None
    return model


def load_tokenizer(folder):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.chat_template is None:
        tokenizer.chat_template = PLAIN_TEMPLATE
    return tokenizer


def conversations(path):
    """The prompts as TRL wants them; a reference is never read, for all completions are the student's."""
    with open(path) as lines:
        rows = [json.loads(line) for line in lines]
    asked = [row["messages"] if "messages" in row else [{"role": "user", "content": row["prompt"]}] for row in rows]
    answers = [row.get("reference", "ok") for row in rows]
    return Dataset.from_list(
        [{"messages": [*before, {"role": "assistant", "content": after}]} for before, after in zip(asked, answers)]
    )


class Clock(TrainerCallback):
    """When each step begins and ends, and what was spent in which part of it."""

    def __init__(self):
        self.steps, self.prompts, self.last_end = [], [], None

    def spend(self, part, seconds):
        self.step[part] = self.step.get(part, 0) + 1000 * seconds

    def timed(self, part, function):
        """The function, whose time counts as that part of the step."""

        def call(*arguments, **named):
            start = time.perf_counter()
            result = function(*arguments, **named)
            self.spend(part, time.perf_counter() - start)
            return result

        return call

    def on_step_begin(self, *_, **__):
        self.begin = time.perf_counter()
        self.step = {} if self.last_end is None else {"between": 1000 * (self.begin - self.last_end)}

    def on_optimizer_step(self, *_, **__):
        self.spend("optimizer", time.perf_counter() - self.trained)

    def on_step_end(self, *_, **__):
        self.last_end = time.perf_counter()
        self.step["milliseconds"] = 1000 * (self.last_end - self.begin)
        # Drawing and the teacher are inside of what the trainer calls a training step.
        self.step["update"] = self.step.pop("training") - self.step["draw"] - self.step["teacher"]
        self.steps.append(self.step)


def watch(trainer, clock):
    """Has the clock see each part of the trainer's steps. What the parts compute stays as it is."""
    draw, train, loss = trainer.generate_on_policy_outputs, trainer.training_step, trainer.generalized_jsd_loss

    def generate(model, inputs, config):
        # No token ends a completion, so that each has all its tokens. The trainer has set one when training began.
        model.generation_config.eos_token_id = None
        tokens, attention, labels = clock.timed("draw", draw)(model, inputs, config)
        prompt = inputs["prompts"].shape[1]
        if tokens.shape[1] - prompt != how["newTokens"]:
            raise SystemExit(f"expected {how['newTokens']} new tokens, got {tokens.shape[1] - prompt}")
        clock.prompts.append(prompt)
        return tokens, attention, labels

    def training_step(*arguments, **named):
        result = clock.timed("training", train)(*arguments, **named)
        clock.trained = time.perf_counter()
        return result

    def divergence(**named):
        result = loss(**named)
        # The trainer divides by the number of labels of the data, not of what was drawn.
        drawn, count = (named["labels"] != -100).sum(), named["num_items_in_batch"]
        clock.step["loss"] = (result.detach() * (1 if count is None else count / drawn)).item()
        return result

    trainer.generate_on_policy_outputs = generate
    trainer.training_step = training_step
    trainer.generalized_jsd_loss = divergence
    trainer.teacher_model.forward = clock.timed("teacher", trainer.teacher_model.forward)


def main():
    torch.set_num_threads(how["threads"])
    set_seed(0)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        config = GKDConfig(
            output_dir=folder,
            per_device_train_batch_size=how["batch"],
            max_steps=how["steps"],
            learning_rate=how["learningRate"],
            lmbda=1.0,
            beta=how["beta"],
            temperature=1.0,
            max_new_tokens=how["newTokens"],
            max_length=how["length"],
            # TRL's default is True, and then sampling has no cache of keys and values.
            gradient_checkpointing=False,
            bf16=how["bfloat16"],
            fp16=False,
            use_cpu=True,
            dataloader_pin_memory=False,
            report_to="none",
            logging_strategy="no",
            save_strategy="no",
            disable_tqdm=True,
            seed=0,
        )
        trainer = GKDTrainer(
            model=load(how["student"], how["layers"]),
            teacher_model=load(how["teacher"]),
            args=config,
            train_dataset=conversations(how["prompts"]),
            processing_class=load_tokenizer(how["student"]),
            callbacks=[clock],
        )
        watch(trainer, clock)
        trainer.train()
    print(json.dumps({"steps": clock.steps, "prompt": sum(clock.prompts) / len(clock.prompts)}))


main()
