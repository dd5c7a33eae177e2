/**
 * `npm run bench -- bfloat16`: how far products in bfloat16 are from float32, for one update of two decoders: the loss,
 * the gradient, each token's log-prob and divergence; at the start and after 100 updates in float32 on ONNX Runtime.
 * TensorFlow's graphs in float32 stand beside, as what another order of sums does. `--json` prints data.
 */
import type { Engine } from "../src/engine/engine.ts";
import { onnxEngine } from "../src/engine/onnx/engine.ts";
import { tensorflowEngine } from "../src/engine/tensorflow/engine.ts";
import { prepareTensorFlow } from "../src/engine/tensorflow/library/environment.ts";
import { table } from "../src/cli/display/table.ts";
import { distillation } from "../src/objectives/distillation.ts";
import { forwardKl } from "../src/objectives/divergences/forward-kl.ts";
import { initialWeights } from "../src/policies/initialize.ts";
import type { Weights } from "../src/policies/policy.ts";
import { Learner } from "../src/training/learner/learner.ts";
import { initialState, type LearnerState } from "../src/training/learner/learner-state.ts";
import { report } from "./contest.ts";
import { batchOf, optimizer, policyOf, training, type TrainingSizes } from "../src/training/speed/work.ts";

/** What one update computes, of one state. */
interface Quantities {
  readonly loss: number;
  readonly gradient: Weights;
  /** [B * C] in nats. */
  readonly logProbs: Float32Array;
  /** [B * C] in nats. */
  readonly divergences: Float32Array;
}

const works: Readonly<Record<string, TrainingSizes>> = {
  "4x256, V 512": training,
  "4x128, V 4,096": { layers: 4, width: 128, heads: 4, vocabularySize: 4096, batch: 8, length: 64 },
};
const updates = [0, 100] as const;

const open = (engine: Engine, sizes: TrainingSizes, state: LearnerState): Promise<Learner> => {
  const policy = policyOf(sizes);
  const batch = { size: sizes.batch, prompt: 1, completion: sizes.length, vocabularySize: policy.vocabularySize };
  // No clipping: the first moment is then a tenth of the gradient.
  return Learner.open(
    engine,
    { policy, objective: distillation({ divergence: forwardKl }), batch, optimizer, clipNorm: 1e9 },
    state,
  );
};

/** The weights after so many updates in float32. */
const trained = async (engine: Engine, sizes: TrainingSizes, count: number): Promise<Weights> => {
  const learner = await open(engine, sizes, initialState(initialWeights(policyOf(sizes), 1)));
  const batch = batchOf(sizes);
  for (let step = 1; step <= count; step += 1) await learner.update(batch, step, 1);
  const weights = await learner.read("parameters");
  await learner.dispose();
  return weights;
};

const quantities = async (engine: Engine, sizes: TrainingSizes, weights: Weights): Promise<Quantities> => {
  const learner = await open(engine, sizes, initialState(weights));
  const batch = batchOf(sizes);
  const { logProbs, tokens } = await learner.inspect(batch);
  const { metrics } = await learner.update(batch, 1, 1);
  const gradient = await learner.read("first");
  await learner.dispose();
  return { loss: metrics["loss"]!, gradient, logProbs, divergences: tokens!.divergences };
};

const all = (weights: Weights): Float32Array[] =>
  Object.keys(weights)
    .toSorted()
    .map((name) => weights[name]!);

/** |a - b| / |b| over all weights. */
const distance = (a: Weights, b: Weights): number => {
  const [own, reference] = [all(a), all(b)];
  let [difference, norm] = [0, 0];
  for (const [i, values] of reference.entries())
    for (const [j, value] of values.entries()) {
      difference += (own[i]![j]! - value) ** 2;
      norm += value ** 2;
    }
  return Math.sqrt(difference / norm);
};

const differences = (a: Float32Array, b: Float32Array): { readonly mean: number; readonly most: number } => {
  const each = Array.from(a, (value, i) => Math.abs(value - b[i]!));
  return { mean: each.reduce((sum, value) => sum + value, 0) / each.length, most: Math.max(...each) };
};

prepareTensorFlow(2);
const onnx = onnxEngine({ threads: 2 });
const engines = {
  "TensorFlow, float32": await tensorflowEngine(),
  "TensorFlow, bfloat16": await tensorflowEngine({ bfloat16: true }),
} as const;

const rows: Record<string, string | number>[] = [];
for (const [work, sizes] of Object.entries(works))
  for (const count of updates) {
    const weights = await trained(onnx, sizes, count);
    const reference = await quantities(onnx, sizes, weights);
    for (const [label, engine] of Object.entries(engines)) {
      const own = await quantities(engine, sizes, weights);
      const [logProbs, divergences] = [
        differences(own.logProbs, reference.logProbs),
        differences(own.divergences, reference.divergences),
      ];
      rows.push({
        work,
        updates: count,
        engine: label,
        loss: reference.loss,
        lossDistance: Math.abs(own.loss / reference.loss - 1),
        gradientDistance: distance(own.gradient, reference.gradient),
        logProbMean: logProbs.mean,
        logProbMost: logProbs.most,
        divergenceMean: divergences.mean,
        divergenceMost: divergences.most,
      });
      report(`${work}, ${count} updates, ${label}`);
    }
  }

const shown = (value: string | number): string | number =>
  typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(2) : value;
process.stdout.write(
  process.argv.includes("--json")
    ? `${JSON.stringify(rows)}\n`
    : `${table(
        Object.keys(rows[0]!),
        rows.map((row) => Object.values(row).map(shown)),
      )}\n`,
);
