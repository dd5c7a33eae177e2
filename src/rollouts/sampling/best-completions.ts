/** The likeliest completions of prompts that beam search finds. */
import type { Buffer, Engine, Executable } from "../../engine/engine.ts";
import { float32, int32 } from "../../engine/program.ts";
import type { Policy, Weights } from "../../policies/policy.ts";
import type { BeamOptions } from "../decoding/beam-options.ts";
import { beamSearchProgram, type BeamOutput } from "../decoding/beam-search.ts";
import { parameterPrefix } from "../decoding/decoding.ts";
import { endsOf } from "../decoding/generation-options.ts";
import { padPrompts } from "./pad-prompts.ts";
import { uploadWeights } from "./resident-weights.ts";

/** One completion. */
export interface BestCompletion {
  /** [L], the end included where there is one. */
  readonly tokens: Int32Array;
  /** Sum of the log-probs, in nats, over L ** lengthPenalty. */
  readonly score: number;
  /** What ended it: a token, or the limit. */
  readonly finish: "stop" | "length";
}

/** How to search: as a `BeamOptions` for one prompt. */
export type SearchOptions = Omit<BeamOptions, "batch" | "promptLength">;

/**
 * Runs the program of `options` on at most `batch` prompts with `parameters`, its inputs that are the policy's: for
 * each prompt the completions that were found, the best first, at least one. `RangeError` for a prompt that is too
 * long.
 */
export const searchPrompts = async (
  engine: Engine,
  executable: Executable<string, BeamOutput>,
  parameters: Readonly<Record<string, Buffer>>,
  prompts: readonly (readonly number[] | Int32Array)[],
  options: BeamOptions,
): Promise<readonly (readonly BestCompletion[])[]> => {
  const { batch, beams, promptLength, maxNewTokens, padId } = options;
  const shape = [batch, promptLength] as const;
  // The program's shape is static: what is missing repeats the first prompt.
  const rows = Array.from({ length: batch }, (_, row) => prompts[row] ?? prompts[0]!);
  const padded = padPrompts(rows, { length: promptLength, padId, side: "left" });
  const inputs = {
    tokens: engine.upload(padded.tokens, int32(...shape)),
    positions: engine.upload(padded.positions, int32(...shape)),
    mask: engine.upload(padded.mask, float32(...shape)),
  };
  const outputs = await executable.run({ ...parameters, ...inputs });
  const tokens = (await engine.download(outputs.tokens)) as Int32Array;
  const lengths = await engine.download(outputs.lengths);
  const scores = await engine.download(outputs.scores);
  for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
  const ends = endsOf(options);
  return prompts.map((_, prompt) =>
    Array.from({ length: beams }, (_unused, beam): BestCompletion => {
      const row = prompt * beams + beam;
      const own = tokens.slice(row * maxNewTokens, row * maxNewTokens + lengths[row]!);
      return { tokens: own, score: scores[row]!, finish: ends.includes(own.at(-1)!) ? "stop" : "length" };
    }).filter((completion) => completion.tokens.length > 0),
  );
};

/**
 * The completions that were found, the best first: at most one a beam. `RangeError` for options, a prompt or weights
 * that do not fit the policy.
 */
export const bestCompletions = async (
  engine: Engine,
  { policy, weights }: { readonly policy: Policy; readonly weights: Weights },
  prompt: readonly number[],
  options: SearchOptions,
): Promise<readonly BestCompletion[]> => {
  const sized = { ...options, batch: 1, promptLength: prompt.length };
  const executable = await engine.compile(beamSearchProgram(policy, sized));
  const uploaded = Object.entries(uploadWeights(engine, policy.parameters, weights, "beam search"));
  const parameters = Object.fromEntries(uploaded.map(([name, buffer]) => [parameterPrefix + name, buffer]));
  const [found] = await searchPrompts(engine, executable, parameters, [prompt], sized);
  for (const buffer of Object.values(parameters)) buffer.dispose();
  await executable.dispose();
  return found!;
};
