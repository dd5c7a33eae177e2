/** The likeliest completions of one prompt that beam search finds. */
import type { Engine } from "../engine/engine.ts";
import { float32, int32 } from "../engine/program.ts";
import type { Policy, Weights } from "../policies/policy.ts";
import { beamSearchProgram, type BeamOptions } from "./beam-search.ts";
import { parameterPrefix } from "./decoding.ts";
import { endsOf } from "./generation-options.ts";
import { padPrompts } from "./prompts.ts";
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

/** The completions that were found, the best first: at most one a beam. `RangeError` for options, a prompt or weights that do not fit the policy. */
export const bestCompletions = async (
  engine: Engine,
  { policy, weights }: { readonly policy: Policy; readonly weights: Weights },
  prompt: readonly number[],
  options: SearchOptions,
): Promise<readonly BestCompletion[]> => {
  const { beams, maxNewTokens, padId } = options;
  const shape = [1, prompt.length] as const;
  const padded = padPrompts([prompt], { length: prompt.length, padId, side: "left" });
  const executable = await engine.compile(beamSearchProgram(policy, { ...options, batch: 1, promptLength: prompt.length }));
  const parameters = Object.entries(uploadWeights(engine, policy.parameters, weights, "beam search"));
  const inputs = {
    ...Object.fromEntries(parameters.map(([name, buffer]) => [parameterPrefix + name, buffer])),
    tokens: engine.upload(padded.tokens, int32(...shape)),
    positions: engine.upload(padded.positions, int32(...shape)),
    mask: engine.upload(padded.mask, float32(...shape)),
  };
  const outputs = await executable.run(inputs);
  const tokens = (await engine.download(outputs.tokens)) as Int32Array;
  const lengths = await engine.download(outputs.lengths);
  const scores = await engine.download(outputs.scores);
  for (const buffer of [...Object.values(inputs), ...Object.values(outputs)]) buffer.dispose();
  await executable.dispose();
  const ends = endsOf(options);
  return Array.from({ length: beams }, (_, beam): BestCompletion => {
    const own = tokens.slice(beam * maxNewTokens, beam * maxNewTokens + lengths[beam]!);
    return { tokens: own, score: scores[beam]!, finish: ends.includes(own.at(-1)!) ? "stop" : "length" };
  }).filter((completion) => completion.tokens.length > 0);
};
