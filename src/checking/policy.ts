/** The laws of a policy of the user's. */
import * as tf from "@tensorflow/tfjs";
import { float32, int32, sizeOf, type NamedTensors, type TensorSpec } from "../engine/program.ts";
import type { Policy, PolicyContext, Sequences } from "../policies/policy.ts";
import { sharingPrompts } from "../policies/shared-prompts.ts";
import { padPrompts } from "../rollouts/sampling/pad-prompts.ts";
import type { Evaluate, HostInputs } from "../engine/evaluate.ts";
import { demandGradient, noise } from "./demand-gradient.ts";
import { demand, demandClose, demandFinite, tryLaw, type LawResult } from "./law.ts";

/** What policies are checked with. */
export const policyContext: PolicyContext = { vocabularySize: 7, contextLength: 16 };

const [V, added, width] = [policyContext.vocabularySize, 3, 9] as const;
const lengths = [4, 6, 5];

/** Rows of tokens; the last of each is `changed` where that is asked for. */
const rows = (changed = 0): readonly number[][] =>
  lengths.map((length, row) =>
    Array.from({ length }, (_, t) => (3 * row + 5 * t + (t === length - 1 ? changed : 0)) % V),
  );

const sequencesOf = (side: "left" | "right", changed = 0): HostInputs => {
  const { tokens, positions, mask } = padPrompts(rows(changed), { length: width, padId: 0, side });
  // The first two tokens of each row are its prompt.
  const prompt = mask.map((real, i) => (real === 1 && positions[i]! < 2 ? 1 : 0));
  return { tokens, positions, mask, prompt };
};

/** Logits of the rows' own positions, from the end of their prompts on, and but the last `skip`. */
const meant = (logits: ArrayLike<number>, side: "left" | "right", skip = 0): number[] =>
  lengths.flatMap((length, row) => {
    const start = side === "left" ? width - length : 0;
    return Array.from({ length: length - 1 - skip }, (_, t) => row * width + start + 1 + t).flatMap((at) =>
      Array.from({ length: V }, (_, v) => logits[at * V + v]!),
    );
  });

/** Reads the rows but for their last tokens, then those one by one, as sampling does. */
const decoded = (policy: Policy) => (inputs: NamedTensors) => {
  const capacity = width + added;
  const read = policy.decoder.prefill(inputs, inputs as NamedTensors & Sequences, capacity);
  const all = [read.logits];
  let { cache } = read;
  for (let i = 0; i < added; i += 1) {
    const seen = tf.concat(
      [inputs["mask"]!, tf.ones([lengths.length, i + 1]), tf.zeros([lengths.length, added - 1 - i])],
      1,
    );
    const step = policy.decoder.step(inputs, cache, {
      token: tf.reshape(tf.slice(inputs["continuation"]!, [0, i], [lengths.length, 1]), [lengths.length]),
      position: tf.tensor1d(
        lengths.map((length) => length - added + i),
        "int32",
      ),
      slot: tf.scalar(width + i, "int32"),
      visible: seen as tf.Tensor2D,
    });
    all.push(step.logits);
    cache = step.cache;
  }
  return { logits: tf.stack(all) };
};

/** Two prompts of five and three tokens, each with two completions of three, of which the last is not read. */
const twice = (): { readonly inputs: HostInputs; readonly shape: readonly [number, number]; readonly last: number } => {
  const [prompt, last] = [5, 3];
  const starts = [0, 0, 2, 2];
  const length = prompt + last - 1;
  const all = starts.map((start, row) =>
    Array.from({ length: length - start }, (_, t) => (t < prompt - start ? 2 * start + 3 * t + 1 : row + 4 * t) % V),
  );
  const { tokens, positions, mask } = padPrompts(all, { length, padId: 0, side: (row) => starts[row]! });
  const prompts = mask.map((real, i) => (real === 1 && i % length < prompt ? 1 : 0));
  return { inputs: { tokens, positions, mask, prompt: prompts }, shape: [starts.length, length], last };
};

/** A policy's program without its sequences. */
interface Weighted {
  readonly evaluate: Evaluate;
  readonly specs: Readonly<Record<string, TensorSpec>>;
  readonly weights: HostInputs;
}

/** `RangeError` where decoding does not give the logits of `whole`, which were read at once. */
const demandDecoding = async (
  policy: Policy,
  { evaluate, specs, weights }: Weighted,
  whole: ArrayLike<number>,
): Promise<string> => {
  const { tokens, positions, mask } = padPrompts(
    rows().map((row) => row.slice(0, -added)),
    { length: width, padId: 0, side: "left" },
  );
  const continuation = Int32Array.from(rows().flatMap((row) => row.slice(-added)));
  const program = {
    name: "decode",
    inputs: { ...specs, continuation: int32(lengths.length, added) },
    build: decoded(policy),
  };
  const inputs = { ...weights, tokens, positions, mask, prompt: mask, continuation };
  const found = (await evaluate(program, inputs)).logits;
  const expected = Array.from({ length: added + 1 }, (_, i) =>
    lengths.flatMap((_length, row) => {
      const at = row * width + width - 1 - added + i;
      return Array.from({ length: V }, (_v, v) => whole[at * V + v]!);
    }),
  ).flat();
  return demandClose(found, expected, 1e-5);
};

/** `RangeError` where completions that are read behind one prompt do not get the logits that each gets alone. */
const demandSharing = async (policy: Policy, { evaluate, specs, weights }: Weighted): Promise<string> => {
  const { inputs, shape, last } = twice();
  const own = Object.fromEntries(Object.keys(policy.parameters).map((name) => [name, specs[name]!]));
  const [ids, numbers] = [int32(...shape), float32(...shape)];
  const of = (by: Policy, given: NamedTensors): tf.Tensor => by.logits(given, given as NamedTensors & Sequences, last);
  const { together, alone } = await evaluate(
    {
      name: "completions",
      inputs: { ...own, tokens: ids, positions: ids, mask: numbers, prompt: numbers },
      build: (given) => ({ together: of(sharingPrompts(policy, 2), given), alone: of(policy, given) }),
    },
    { ...weights, ...inputs },
  );
  return demandClose(together, alone, 1e-5);
};

/** Weights far from symmetric, so that every part of the policy matters. */
const weightedOf = (policy: Policy, evaluate: Evaluate): Weighted => {
  const shape = [lengths.length, width];
  const weightSpecs = Object.fromEntries(
    Object.entries(policy.parameters).map(([name, spec]) => [name, float32(...spec.shape)]),
  );
  const weights = Object.fromEntries(
    Object.entries(policy.parameters).map(([name, spec]) => {
      const center = "value" in spec.initial ? spec.initial.value : 0;
      return [name, noise(name, sizeOf(spec.shape), 0.4).map((x) => center + x)];
    }),
  );
  const specs: Record<string, TensorSpec> = {
    ...weightSpecs,
    tokens: int32(...shape),
    positions: int32(...shape),
    mask: float32(...shape),
    prompt: float32(...shape),
  };
  return { evaluate, specs, weights };
};

/** The laws of every policy. */
export const checkPolicy = (policy: Policy, evaluate: Evaluate): Promise<readonly LawResult[]> => {
  const weighted = weightedOf(policy, evaluate);
  const { specs, weights } = weighted;
  const build = (inputs: NamedTensors): tf.Tensor => policy.logits(inputs, inputs as NamedTensors & Sequences);
  const logits = async (sequences: HostInputs): Promise<ArrayLike<number>> =>
    (
      await evaluate(
        { name: "logits", inputs: specs, build: (inputs) => ({ logits: build(inputs) }) },
        { ...weights, ...sequences },
      )
    ).logits;
  return Promise.all([
    tryLaw("logits [B, T, V] are finite", async () => {
      const found = await logits(sequencesOf("left"));
      demand(
        found.length === lengths.length * width * V,
        () => `expected ${lengths.length * width * V} numbers, got ${found.length}`,
      );
      demandFinite("the logits", found);
    }),
    tryLaw("a token changes no distribution before it", async () =>
      demandClose(
        meant(await logits(sequencesOf("left", 1)), "left", 1),
        meant(await logits(sequencesOf("left")), "left", 1),
        1e-6,
      ),
    ),
    tryLaw("padding on the left and on the right give the same", async () =>
      demandClose(
        meant(await logits(sequencesOf("right")), "right"),
        meant(await logits(sequencesOf("left")), "left"),
        1e-5,
      ),
    ),
    tryLaw("decoding token by token agrees with reading all at once", async () =>
      demandDecoding(policy, weighted, await logits(sequencesOf("left"))),
    ),
    ...(policy.severalCompletions === true
      ? [tryLaw("several completions of a prompt are read as each alone", () => demandSharing(policy, weighted))]
      : []),
    tryLaw("gradients in the parameters are those of the logits, by finite differences", async () => {
      const [first] = Object.keys(policy.parameters);
      demand(first !== undefined, () => "expected at least one parameter, got none");
      // The square, since a sum of logits may not depend on a parameter at all.
      return demandGradient({
        evaluate,
        specs,
        inputs: { ...weights, ...sequencesOf("left") },
        of: first!,
        build: (inputs) => tf.mean(tf.square(build(inputs))),
      });
    }),
  ]);
};
