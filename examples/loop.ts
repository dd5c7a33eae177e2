/** RL + on-policy GKD without a recipe: sample, route, advantages, collate, update. For an algorithm of your own. */
import { lastValueFrom } from "rxjs";
import { openEngine } from "retort-rl/engine";
import { objectives } from "retort-rl/objectives";
import { initialWeights, policies, type Weights } from "retort-rl/policies";
import { createRewards } from "retort-rl/rewards";
import { ordered, route, Sampler, type Rollout, type Scorer } from "retort-rl/rollouts";
import { tasks } from "retort-rl/tasks";
import { localTeacher } from "retort-rl/teachers";
import { collate, initialState, Learner, type BatchShape, type Row } from "retort-rl/training";

const [seed, prompts, group, temperature] = [0, 8, 4, 1];
const steps = Number(process.argv[2]) || 150;

// A task with its tokenizer; a teacher, and a student that is half as wide: policies are functions, weights plain data.
const task = tasks.create(
  { type: "arithmetic", numbers: [2, 2], range: [1, 9], operators: "+", tokenizer: "characters", train: 64, test: 16 },
  { seed, folder: "." },
);
const { padId, endId, stopIds, vocabularySize } = task.tokenizer;
const context = { vocabularySize, contextLength: 16 };
const shared = { type: "llama", layers: 1, heads: 2, tied: true, ropeTheta: 10_000, normEpsilon: 1e-5 } as const;
const teacher = policies.create({ ...shared, width: 32 }, context);
const student = policies.create({ ...shared, width: 16 }, context);

// An engine runs every program; all batches have one shape: B rows of at most P prompt and C completion tokens.
const engine = await openEngine("auto", { threads: 1 });
const batch: BatchShape = { size: prompts * group, prompt: 4, completion: 12, vocabularySize };
const optimizer = {
  type: "adamw",
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const open = (policy: typeof student, objective: ReturnType<typeof objectives.create>, weights: Weights) =>
  Learner.open(engine, { policy, objective, batch, optimizer, clipNorm: 1 }, initialState(weights));

/** The task's own answer to a prompt as a rollout. */
const reference = (index: number): Rollout => {
  const prompt = task.train[index % task.train.length]!;
  const tokens = Int32Array.of(...task.tokenizer.encode(prompt.reference), endId);
  const none = {
    behaviorLogProbs: new Float32Array(tokens.length),
    finish: "stop",
    version: 0,
    source: "data",
  } as const;
  const promptTokens = Int32Array.from(task.tokenizer.encode(prompt.text));
  return { prompt, order: { prompt: index, sample: 0 }, promptTokens, tokens, text: prompt.reference, ...none };
};

/** Weights after so many steps of SFT on references. */
const imitate = async (policy: typeof student, start: number, count: number): Promise<Weights> => {
  const sft = objectives.create({ type: "sft", average: "sequence" });
  const pupil = await open(policy, sft, initialWeights(policy, start));
  for (let step = 1; step <= count; step += 1) {
    const rollouts = Array.from({ length: batch.size }, (_, i) => reference(step * batch.size + i));
    const rows = rollouts.map((rollout): Row => ({ rollout, answers: {}, reward: 0, advantage: 0 }));
    await pupil.update(collate(rows, batch, sft.needs, padId, { progress: 0, controlled: 0 }), step, 1);
  }
  return pupil.read("parameters");
};

// What the student is trained with: equation 5 of GKD, a reward, a teacher, and a sampler with the student's weights.
const average = { policyAverage: "sequence", divergenceAverage: "sequence" } as const;
const divergence = { type: "jsd", beta: 0.9, scale: "normalized" } as const;
const baseline = { baseline: { type: "leave-one-out" }, normalize: "none", rewardScale: 1 } as const;
const mix = { type: "reinforce-gkd", alpha: 0.5, divergence, studentTemperature: temperature } as const;
const objective = objectives.create({ ...mix, ...average, ...baseline });
const learner = await open(student, objective, await imitate(student, 2, 100));
const reward = createRewards([{ type: "exact-match", correct: 1, incorrect: 0 }], { task, folder: "." });
const { prompt: promptLength, completion: maxNewTokens } = batch;
const length = promptLength + maxNewTokens - 1;
const known = { policy: teacher, weights: await imitate(teacher, 1, 400), temperature, padId };
const scores = await localTeacher(engine, { ...known, batch: batch.size, length, completion: maxNewTokens });
const sizes = { batch: batch.size, promptLength, maxNewTokens, padId, endId, stopIds };
const sampler = new Sampler(engine, { policy: student, ...sizes });
const scorer = <Answer>(score: Scorer<Answer>["score"]): Scorer<Answer> => ({ batch: 16, concurrency: 1, score });
const scorers = {
  teacher: scorer((all, signal) => scores.score(all, signal)),
  reward: scorer((all, signal) => Promise.all(all.map((one) => reward.score(one, signal)))),
};

let state: unknown = objective.advantages!.initial;
for (let step = 1; step <= steps; step += 1) {
  // Sample: G completions of each prompt. Their random numbers come from seed, step, prompt and sample.
  sampler.load(await learner.read("parameters"));
  const order = Array.from({ length: batch.size }, (_, i) => ({ prompt: Math.floor(i / group), sample: i % group }));
  const asked = order.map(({ prompt }) => reference(step * prompts + prompt));
  const drawn = await sampler.draw({
    prompts: asked.map(({ promptTokens }) => promptTokens),
    coordinates: order.map(({ prompt, sample }) => [seed, step, prompt, sample]),
    writer: { by: "student", temperature },
    group,
  });
  const rollouts = drawn.map((completion, i): Rollout => {
    const finish = stopIds.includes(completion.tokens.at(-1)!) ? "stop" : "length";
    const text = task.tokenizer.decode(completion.tokens);
    return { ...asked[i]!, ...completion, order: order[i]!, text, finish, version: step - 1, source: "student" };
  });
  // Route: every rollout goes to the reward and to the teacher at the same time.
  const routed = route([() => Promise.resolve(rollouts)], scorers, { inFlight: 1 });
  const scored = await lastValueFrom(routed.pipe(ordered()));
  // Advantages: how much better than the others of its group.
  const values = Float32Array.from(scored, ({ answers }) => answers.reward!.value);
  const estimate = objective.advantages!.estimate(values, group, state);
  ({ state } = estimate);
  // Collate: rows become one padded batch. Update: loss, gradients, clipping and AdamW at a fifth of the peak rate.
  const rows = scored.map((one, i): Row => ({ ...one, reward: values[i]!, advantage: estimate.advantages[i]! }));
  const signals = { progress: step / steps, controlled: 0 };
  const { metrics } = await learner.update(collate(rows, batch, objective.needs, padId, signals), step, 0.2);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  console.log(`step ${step}  reward ${mean.toFixed(3)}  loss ${metrics["loss"]!.toFixed(3)}`);
}
await engine.dispose();
