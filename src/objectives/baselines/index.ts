/** The baselines that experiment files can name. */
import { family, type Family, type Values } from "../../plugins/family.ts";
import type { Baseline } from "./baseline.ts";
import { definition as batchMean } from "./batch-mean.ts";
import { definition as groupMean } from "./group-mean.ts";
import { definition as leaveOneOut } from "./leave-one-out.ts";
import { definition as movingAverage } from "./moving-average.ts";
import { definition as none } from "./none.ts";

const members = [none, movingAverage, leaveOneOut, groupMean, batchMean] as const;

/** A baseline in an experiment file. */
export type BaselineValues = Values<typeof members>;

/** All baselines. */
export const baselines: Family<BaselineValues, void, Baseline<unknown>> = family("baseline", members, {
  modules: {
    product: "an object { name, initial, estimate(rewards, group, state) }",
    functions: ["estimate"],
    keys: ["name", "initial"],
  },
});
