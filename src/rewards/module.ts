/** A reward from a user's own module, in TypeScript or JavaScript. */
import { statSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { Type } from "@sinclair/typebox";
import { createJiti } from "jiti";
import { define } from "../plugins/definition.ts";
import { ownReward } from "./own/own-reward.ts";
import { isDefinedReward, type DefinedReward, type RewardFunction } from "./own/reward-function.ts";
import type { Reward, RewardContext } from "./reward.ts";
import { defined } from "../optional/defined.ts";

/** The running package under its name, for modules where it is not installed. */
const alias = { "retort-rl": join(import.meta.dirname, "..", "library") };

/** What a module exports by default. */
type Exported = RewardFunction<never> | DefinedReward;

const load = async (file: string): Promise<Exported> => {
  let exported: unknown;
  try {
    exported = await createJiti(import.meta.url, { fsCache: false, alias }).import(file, { default: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`module reward: expected a module at ${file}, got an error while loading it: ${reason}`, { cause });
  }
  if (typeof exported !== "function" && !isDefinedReward(exported)) {
    throw new TypeError(
      `module reward: expected ${file} to export a function by default, got ` +
        `${exported === null ? "null" : typeof exported}; ` +
        `write "export default ({ prompt, completion, reference }) => number"`,
    );
  }
  return exported as Exported;
};

/**
 * Calls the function that a module exports by default, or the reward that `reward` defines there. The module is named
 * by its file, without the ending. `RangeError` when there is no such file, and for a range that is turned round;
 * `prepare` or the first score loads it, once, and rejects when it cannot be loaded (`Error` with `cause`), exports no
 * function (`TypeError`), or has a schema that the parameters do not fit (`RangeError`).
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
      Type.Record(Type.String(), Type.Unknown(), {
        description: "Handed to the function, as they are or by its schema.",
      }),
    ),
  },
  create({ path, range, parameters = {} }, context: RewardContext): Reward {
    const [least, most] = range ?? [];
    if (least !== undefined && !(least <= most!)) {
      throw new RangeError(
        `module reward: expected a range from its least to its greatest value, got [${least}, ${most}]`,
      );
    }
    const file = resolve(context.folder ?? ".", path);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) {
      throw new RangeError(
        `module reward: expected a file at ${JSON.stringify(path)} from the folder of the experiment file, ` +
          `got ${found === undefined ? "nothing" : "something else"} at ${file}`,
      );
    }
    const name = basename(file, extname(file));
    let loading: Promise<Reward> | undefined;
    const loaded = (): Promise<Reward> =>
      (loading ??= load(file).then((given) => ownReward(given, { name, parameters, context })));
    return {
      name,
      ...defined({ range: least === undefined ? undefined : ([least, most!] as const) }),
      async prepare() {
        await loaded();
      },
      async score(rollout, signal) {
        return (await loaded()).score(rollout, signal);
      },
    };
  },
});
