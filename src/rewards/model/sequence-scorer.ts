/** Scores of whole sequences by a classifier, one sequence a pass: no sequence's scores depend on another's. */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, int32, type NamedTensors, type Program } from "../../engine/program.ts";
import type { Classifier, ClassifierCheckpoint } from "../../policies/classification-head.ts";
import type { Sequences } from "../../policies/policy.ts";
import { padPrompts } from "../../rollouts/sampling/pad-prompts.ts";

/** Scores sequences of token ids. */
export interface SequenceScorer {
  /**
   * The scores [labels] after the last of the ids. `RangeError` for none, and for more than fit the context; the
   * signal's reason when it aborts before its turn.
   */
  score(ids: readonly number[], signal: AbortSignal): Promise<Float32Array>;
}

/** Shorter sequences share one program. */
const shortestPass = 32;

const sequenceInputs = (length: number) => ({
  tokens: int32(1, length),
  positions: int32(1, length),
  mask: float32(1, length),
  prompt: float32(1, length),
});

/** Tokens [1, T] -> `scores` [1, labels]. */
const scoreProgram = (classifier: Classifier, length: number): Program<string, "scores"> => ({
  name: "classify",
  inputs: {
    ...Object.fromEntries(
      Object.entries(classifier.parameters).map(([name, { shape }]) => [`parameters/${name}`, float32(...shape)]),
    ),
    ...sequenceInputs(length),
  },
  build(inputs) {
    const weights: NamedTensors = Object.fromEntries(
      Object.keys(classifier.parameters).map((name) => [name, inputs[`parameters/${name}`]!]),
    );
    return { scores: classifier.scores(weights, inputs as unknown as Sequences) };
  },
});

/**
 * Sequences are read in passes of a power of two tokens, each a program of its own; which one depends on the sequence
 * alone.
 */
const passLength = (tokens: number, contextLength: number): number =>
  Math.min(contextLength, Math.max(shortestPass, 2 ** Math.ceil(Math.log2(tokens))));

/** What asks one after another: work begins when all before it has ended. */
const inTurn = (): (<Value>(work: () => Promise<Value>) => Promise<Value>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
};

/** Uploads a classifier's weights, and compiles its first pass. `padId` fills passes up. */
export const openSequenceScorer = async (
  engine: Engine,
  { classifier, weights }: ClassifierCheckpoint,
  { contextLength, padId }: { readonly contextLength: number; readonly padId: number },
): Promise<SequenceScorer> => {
  const parameters: Record<string, Buffer> = Object.fromEntries(
    Object.entries(classifier.parameters).map(([name, { shape }]) => [
      `parameters/${name}`,
      engine.upload(weights[name]!, float32(...shape)),
    ]),
  );
  const passes = new Map<number, Executable<string, "scores">>();
  const passOf = async (length: number): Promise<Executable<string, "scores">> => {
    const pass = passes.get(length) ?? (await engine.compile(scoreProgram(classifier, length)));
    passes.set(length, pass);
    return pass;
  };
  await passOf(passLength(1, contextLength));
  const turn = inTurn();

  const pass = async (ids: readonly number[]): Promise<Float32Array> => {
    const length = passLength(ids.length, contextLength);
    const executable = await passOf(length);
    const { tokens, positions, mask } = padPrompts([ids], { length, padId, side: "right" });
    const specs = sequenceInputs(length);
    const inputs: Record<string, Buffer> = {
      tokens: engine.upload(tokens, specs.tokens),
      positions: engine.upload(positions, specs.positions),
      mask: engine.upload(mask, specs.mask),
      prompt: engine.upload(mask.slice(), specs.prompt),
    };
    try {
      const { scores } = await executable.run({ ...parameters, ...inputs });
      const values = (await engine.download(scores)) as Float32Array;
      scores.dispose();
      return values;
    } finally {
      for (const buffer of Object.values(inputs)) buffer.dispose();
    }
  };

  return {
    score: (ids, signal) =>
      turn(() => {
        signal.throwIfAborted();
        if (ids.length === 0 || ids.length > contextLength) {
          throw new RangeError(
            `expected 1 to ${contextLength} tokens for the classifier, got ${ids.length}; shorten ` +
              "completions or prompts",
          );
        }
        return pass(ids);
      }),
  };
};
