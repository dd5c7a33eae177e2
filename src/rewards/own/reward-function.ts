/** Rewards that users write: a function of a completion or of a batch, with parameters that may have a schema. */
import type { Static, TSchema } from "@sinclair/typebox";
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Task } from "../../tasks/task.ts";
import type { RewardExample } from "./example.ts";

/** Parameters of the experiment file that have no schema. */
export type FreeParameters = Readonly<Record<string, unknown>>;

/** What a function gets beside its examples. */
interface Call<Parameters> {
  /** `parameters` of the experiment file. */
  readonly parameters: Parameters;
  /** Aborts when the answer is no longer wanted; pass it on to `fetch` and the like. */
  readonly signal: AbortSignal;
  readonly task: Task;
  /** Folder of the experiment file. */
  readonly folder: string;
}

/** What a function of one example gets beside it. */
export interface RewardCall<Parameters = FreeParameters> extends Call<Parameters> {
  /** All that is known of the completion: its place, how it ended, what drew it, the tests of its prompt. */
  readonly rollout: Rollout;
}

/** What a function of a batch gets beside it. */
export interface RewardBatchCall<Parameters = FreeParameters> extends Call<Parameters> {
  /** All that is known of each completion. */
  readonly rollouts: readonly Rollout[];
}

/** A finite number for a completion, at once or later. */
export type RewardFunction<Parameters = FreeParameters> = (
  example: RewardExample,
  call: RewardCall<Parameters>,
) => number | Promise<number>;

/** A finite number for each completion of a batch, in their order, at once or later. */
export type RewardBatchFunction<Parameters = FreeParameters> = (
  examples: readonly RewardExample[],
  call: RewardBatchCall<Parameters>,
) => readonly number[] | Promise<readonly number[]>;

/** A JSON schema of an object, as plain data or of TypeBox. Keys that it does not name are refused. */
export type ParametersSchema = Readonly<Record<string, unknown>>;

/** By this name in every copy of the package: a module may import another one than the running one. */
const brand = Symbol.for("retort-rl/reward");

/** A reward as `reward` makes it. */
export interface DefinedReward {
  readonly [brand]: true;
  readonly parameters: ParametersSchema | undefined;
  readonly score:
    | { readonly of: "example"; readonly call: RewardFunction<never> }
    | { readonly of: "batch"; readonly call: RewardBatchFunction<never> };
}

/** Whether `reward` made it. */
export const isDefinedReward = (value: unknown): value is DefinedReward =>
  typeof value === "object" && value !== null && brand in value;

/** The forms that a reward may be defined in. */
interface Define {
  /** Of a function. */
  <Parameters = FreeParameters>(score: RewardFunction<Parameters>): DefinedReward;
  /** With a TypeBox schema for its parameters, whose types follow from it. */
  <Schema extends TSchema>(definition: {
    readonly parameters: Schema;
    readonly score: RewardFunction<Static<Schema>>;
  }): DefinedReward;
  /** With a JSON schema for its parameters. */
  <Parameters = FreeParameters>(definition: {
    readonly parameters: ParametersSchema;
    readonly score: RewardFunction<Parameters>;
  }): DefinedReward;
}

/** The same for functions of a batch. */
interface DefineBatch {
  /** Of a function. */
  <Parameters = FreeParameters>(score: RewardBatchFunction<Parameters>): DefinedReward;
  /** With a TypeBox schema for its parameters, whose types follow from it. */
  <Schema extends TSchema>(definition: {
    readonly parameters: Schema;
    readonly score: RewardBatchFunction<Static<Schema>>;
  }): DefinedReward;
  /** With a JSON schema for its parameters. */
  <Parameters = FreeParameters>(definition: {
    readonly parameters: ParametersSchema;
    readonly score: RewardBatchFunction<Parameters>;
  }): DefinedReward;
}

type Given<Score> = Score | { readonly parameters: ParametersSchema; readonly score: Score };

const partsOf = <Score>(given: Given<Score>): { parameters: ParametersSchema | undefined; call: Score } =>
  typeof given === "object" && given !== null && "score" in given
    ? { parameters: given.parameters, call: given.score }
    : { parameters: undefined, call: given };

const one = (given: Given<RewardFunction<never>>): DefinedReward => {
  const { parameters, call } = partsOf(given);
  return { [brand]: true, parameters, score: { of: "example", call } };
};

const batch = (given: Given<RewardBatchFunction<never>>): DefinedReward => {
  const { parameters, call } = partsOf(given);
  return { [brand]: true, parameters, score: { of: "batch", call } };
};

/**
 * Defines a reward of one's own: `export default reward(({ prompt, completion }) => ...)` in a module, or inline where
 * `createRewards` is called. `reward.batch` takes a function of all completions that are scored at the same time.
 * `reward({ parameters: schema, score })` checks the parameters before the first score, and fills in its defaults.
 */
export const reward: Define & { readonly batch: DefineBatch } = Object.assign(one as Define, {
  batch,
});
