/** Tests of the questions of `retort new`. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { InterruptedError } from "../../../../src/cli/display/exit-codes.ts";
import { askRest } from "../../../../src/cli/commands/new/questions.ts";

/** Streams of which one shows the questions, and the other presses a key until all is answered. */
const person = (key: string) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  // A question ends its output; a terminal stays open.
  output.end = () => output;
  let shown = "";
  output.on("data", (text: Buffer) => (shown += text.toString()));
  const timer = setInterval(() => input.write(key), 20);
  return { streams: { input, output }, shown: () => shown, leave: () => clearInterval(timer) };
};

test("what flags do not say is asked, and Enter takes the default", async () => {
  const { streams, shown, leave } = person("\r");
  const said = await askRest("x.json", { question: "Why?", teacher: "3x64" }, streams).finally(leave);
  expect(said).toEqual({
    question: "Why?",
    rung: "rl-gkd",
    teacher: "3x64",
    student: "2x48",
    reward: "exact-match",
    steps: 300,
    sweep: false,
  });
  expect(shown()).toContain("A sweep over alpha and seeds?");
  expect(shown()).not.toContain("layers x width of one that is trained first");
});

test("only what a rung needs is asked", async () => {
  const { streams, shown, leave } = person("\r");
  const said = await askRest("x.json", { rung: "sft", steps: 5 }, streams).finally(leave);
  expect(said).toMatchObject({ rung: "sft", student: "2x48", steps: 5 });
  for (const word of ["Teacher", "Reward", "Steps"]) expect(shown()).not.toContain(word);
});

test("without references only rewards are offered that need none", async () => {
  const prompts = join(mkdtempSync(join(tmpdir(), "retort-questions-")), "p.jsonl");
  writeFileSync(prompts, '{"text":"a"}\n{"text":"b"}\n');
  const { streams, shown, leave } = person("\r");
  const said = await askRest("x.json", { prompts, rung: "rl", student: "a/b", steps: 1, sweep: false, question: "?" }, streams).finally(
    leave,
  );
  expect(said).toMatchObject({ prompts, reward: "module" });
  expect(shown()).not.toContain("exact-match");
});

test("what a prompt is made of is asked where the keys do not say it", async () => {
  const prompts = join(mkdtempSync(join(tmpdir(), "retort-questions-")), "p.jsonl");
  writeFileSync(prompts, '{"x":"a","y":"c"}\n{"x":"b","y":"c"}\n');
  const { streams, shown, leave } = person("{x}\r");
  const rest = { rung: "sft", student: "1x8", steps: 1, sweep: false, question: "?" } as const;
  const said = await askRest("x.json", { prompts, ...rest }, streams).finally(leave);
  expect(said).toMatchObject({ prompts, prompt: "{x}", reference: "{x}" });
  expect(shown()).toContain("What a prompt is made of");
});

test("Ctrl-C leaves", async () => {
  const { streams, leave } = person("\u0003");
  await expect(askRest("x.json", {}, streams).finally(leave)).rejects.toBeInstanceOf(InterruptedError);
});
