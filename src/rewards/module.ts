/** A reward from a user's own module, in TypeScript or JavaScript. */
import { statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { createJiti } from "jiti";
import { define } from "../plugins/definition.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import type { Reward, RewardContext } from "./reward.ts";
import { defined } from "../optional/defined.ts";

/** What a module's function gets beside the rollout. */
export interface RewardFunctionContext extends RewardContext {
  /** Aborts when the answer is no longer wanted; pass it on to `fetch` and the like. */
  readonly signal: AbortSignal;
}

/** What a module exports by default: a finite number for a completion, at once or later. */
export type RewardFunction = (
  rollout: Rollout,
  context: RewardFunctionContext,
  parameters: Readonly<Record<string, unknown>>,
) => number | Promise<number>;

const load = async (file: string): Promise<RewardFunction> => {
  let exported: unknown;
  try {
    exported = await createJiti(import.meta.url, { fsCache: false }).import(file, { default: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`module reward: expected a module at ${file}, got an error while loading it: ${reason}`, { cause });
  }
  if (typeof exported !== "function") {
    throw new TypeError(
      `module reward: expected ${file} to export a function by default, got ` +
        `${exported === null ? "null" : typeof exported}; ` +
        `write "export default (rollout, context, parameters) => number"`,
    );
  }
  return exported as RewardFunction;
};

/**
 * Calls the function that a module exports by default. The module is named by its file, without the ending.
 * `RangeError` when there is no such file, and for a range that is turned round; `prepare` or the first score loads it,
 * once, and rejects when it cannot be loaded (`Error` with `cause`) or exports no function (`TypeError`).
 */
export const moduleReward = define({
  type: "module",
  summary: "The function that a TypeScript or JavaScript module exports by default.",
  parameters: {
    path: Type.String({ minLength: 1, description: "The module's file, relative to the experiment file." }),
    range: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 2,
        maxItems: 2,
        description:
          "Least and greatest value that the function gives when all is well; a value outside stops the " +
          "run (training.checks.rewardRange).",
      }),
    ),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: "Handed to the function as it is." }),
    ),
  },
  create({ path, range, parameters = {} }, context: RewardContext): Reward {
    const [least, most] = range ?? [];
    if (least !== undefined && !(least <= most!)) {
      throw new RangeError(
        `module reward: expected a range from its least to its greatest value, got [${least}, ${most}]`,
      );
    }
    const file = resolve(context.folder, path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) {
      throw new RangeError(
        `module reward: expected a file at ${JSON.stringify(path)} from the folder of the experiment file, ` +
          `got ${found === undefined ? "nothing" : "something else"} at ${file}`,
      );
    }
    let loading: Promise<RewardFunction> | undefined;
    const loaded = (): Promise<RewardFunction> => (loading ??= load(file));
    return {
      name: basename(file, extname(file)),
      ...defined({ range: least === undefined ? undefined : ([least, most!] as const) }),
      async prepare() {
        await loaded();
      },
      async score(rollout, signal) {
        const reward = await loaded();
        return { value: await reward(rollout, { ...context, signal }, parameters), parts: {} };
      },
    };
  },
});
