/** A new policy completes two prompts; a reward and a teacher judge each completion. */
import { openEngine } from "retort-rl/engine";
import { initialWeights, policies } from "retort-rl/policies";
import { createRewards } from "retort-rl/rewards";
import { Sampler, type Rollout } from "retort-rl/rollouts";
import { tasks } from "retort-rl/tasks";
import { localTeacher } from "retort-rl/teachers";

const task = tasks.create(
  { type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", train: 40, test: 8 },
  { seed: 0 },
);
const { tokenizer, longest } = task;
const size = { vocabularySize: tokenizer.vocabularySize, contextLength: 32 };
const student = policies.create({ type: "ngram", order: 2 }, size);
const teacher = policies.create({ type: "ngram", order: 3 }, size);

const engine = await openEngine("auto", { threads: 1 });
const { endId, padId } = tokenizer;
const sampler = new Sampler(engine, {
  policy: student,
  batch: 2,
  promptLength: longest.prompt,
  maxNewTokens: 12,
  endId,
  padId,
});
sampler.load(initialWeights(student, 1));
const prompts = task.train.slice(0, 2);
const promptTokens = prompts.map(({ text }) => Int32Array.from(tokenizer.encode(text)));
const coordinates = prompts.map((_, index) => [1, "example", index, 0] as const);
const completions = await sampler.draw({
  prompts: promptTokens,
  writer: { by: "student", temperature: 1 },
  coordinates,
});

const rollouts = completions.map((completion, index): Rollout => {
  const finish = completion.tokens.at(-1) === endId ? "stop" : "length";
  const drawn = { ...completion, finish, text: tokenizer.decode(completion.tokens) } as const;
  return {
    ...drawn,
    prompt: prompts[index]!,
    promptTokens: promptTokens[index]!,
    order: { prompt: index, sample: 0 },
    version: 0,
    source: "student",
  };
});

const { signal } = new AbortController();
const reward = createRewards(
  [
    { type: "exact-match", correct: 1, incorrect: 0 },
    { type: "well-formed", weight: 0.1 },
  ],
  { task, folder: "." },
);
const judge = await localTeacher(engine, {
  policy: teacher,
  weights: initialWeights(teacher, 2),
  temperature: 1,
  batch: 2,
  length: 32,
  padId,
  detail: "tokens",
});
const opinions = await judge.score(rollouts, signal);
for (const [index, rollout] of rollouts.entries()) {
  const { value, parts } = await reward.score(rollout, signal);
  const logProb = opinions[index]!.logProbs.reduce((sum, one) => sum + one, 0);
  console.log(rollout.prompt.text, rollout.text, { value, parts, teacher: logProb });
}
await sampler.dispose();
await engine.dispose();
