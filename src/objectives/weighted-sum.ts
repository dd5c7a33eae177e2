/** A weighted sum of objectives: itself an objective, which needs what its terms need. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import type { Family } from "../plugins/family.ts";
import type { Objective, Signals } from "./objective.ts";

/** One term: at least 0 times an objective. */
export interface WeightedTerm<Needs extends keyof Signals> {
  readonly weight: number;
  readonly objective: Objective<Needs>;
}

/** Names that are told apart by their place when terms share one: distillation, distillation-2. */
const distinct = (names: readonly string[]): readonly string[] =>
  names.map((name, i) => {
    const earlier = names.slice(0, i).filter((other) => other === name).length;
    return earlier === 0 ? name : `${name}-${earlier + 1}`;
  });

const baselineOf = (name: string, objectives: readonly Objective<keyof Signals>[]): Pick<Objective, "baseline"> => {
  const found = new Set(objectives.flatMap(({ baseline }) => (baseline === undefined ? [] : [baseline])));
  if (found.size > 1) {
    throw new RangeError(
      `${name}: expected one baseline, got ${[...found].map((baseline) => baseline.name).join(" and ")}; a batch has one set of advantages`,
    );
  }
  const [baseline] = found;
  return baseline === undefined ? {} : { baseline };
};

/**
 * sum of weight x loss. Terms of weight 0 are left out, with their needs. Metrics are those of the terms, each `objective/<term>` unweighted.
 * `RangeError` for a weight that is negative or not finite, for no term of positive weight, and for terms with different baselines.
 */
export const weightedSum = <Needs extends keyof Signals>(
  terms: readonly WeightedTerm<Needs>[],
  name = "weighted-sum",
): Objective<Needs> => {
  for (const { weight, objective } of terms) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new RangeError(`${name}: expected a weight of at least 0 for ${objective.name}, got ${weight}`);
    }
  }
  const kept = terms.filter(({ weight }) => weight > 0);
  if (kept.length === 0) throw new RangeError(`${name}: expected at least one term of positive weight, got ${terms.length} without`);
  const objectives = kept.map(({ objective }) => objective);
  const names = distinct(objectives.map((objective) => objective.name));
  return {
    name,
    needs: [...new Set(objectives.flatMap(({ needs }) => needs))],
    ...baselineOf(name, objectives),
    loss(studentLogits, batch) {
      const parts = kept.map(({ weight, objective }, i) => {
        const { loss, metrics } = objective.loss(studentLogits, batch);
        const { [`objective/${objective.name}`]: _, ...others } = metrics;
        return { loss: tf.mul<tf.Scalar>(loss, weight), metrics: { ...others, [`objective/${names[i]!}`]: loss } };
      });
      return {
        loss: parts.map(({ loss }) => loss).reduce((sum, loss) => tf.add(sum, loss)),
        metrics: Object.assign({}, ...parts.map(({ metrics }) => metrics)) as Record<string, tf.Scalar>,
      };
    },
  };
};

/** `{ "type": "weighted-sum", "terms": [{ "weight": 1, "objective": { "type": "sft" } }] }`, with the objectives of `family` as terms. */
export const definitionOver = <V extends { type: string }>(family: Family<V, void, Objective<keyof Signals>>) =>
  define({
    type: "weighted-sum",
    summary: "A weighted sum of objectives.",
    parameters: Type.Object(
      {
        terms: Type.Array(
          Type.Object(
            { weight: Type.Number({ minimum: 0, description: "0 leaves the term out." }), objective: family.schema },
            { additionalProperties: false },
          ),
          { minItems: 1 },
        ),
      },
      { additionalProperties: false },
    ),
    create: ({ terms }): Objective<keyof Signals> =>
      weightedSum(terms.map(({ weight, objective }) => ({ weight, objective: family.create(objective) }))),
  });
