/** A weighted sum of objectives: itself an objective, which needs what its terms need. */
import { Type } from "@sinclair/typebox";
import * as tf from "@tensorflow/tfjs";
import { define } from "../plugins/definition.ts";
import type { Family } from "../plugins/family.ts";
import type { Objective, Signal, Signals, WeightedTerm } from "./objective.ts";
import {
  boundsOf,
  checkSchedule,
  scheduled,
  scheduleNeeds,
  scheduleSchema,
  type Schedule,
} from "./schedules/schedule.ts";
import { closedObject } from "../plugins/closed-object.ts";

/** Names that are told apart by a number when terms share one: distillation, distillation-2, distillation-3. */
const distinct = (names: readonly string[]): readonly string[] => {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name.replace(/-\d+$/u, "");
    let free = name;
    for (let number = 2; taken.has(free); number += 1) free = `${base}-${number}`;
    taken.add(free);
    return free;
  });
};

/** The entropy of the student is no term's own: all that report it report the same. */
const ofTheStudent = "policy/entropy";

/**
 * The metrics of all terms; where two share a name, the later one's ends in its term:
 * `divergence/forward-kl/distillation-2`.
 */
const joined = (parts: readonly { readonly name: string; readonly metrics: Readonly<Record<string, tf.Scalar>> }[]) => {
  const all: Record<string, tf.Scalar> = {};
  for (const { name, metrics } of parts) {
    for (const [key, value] of Object.entries(metrics))
      all[key in all && key !== ofTheStudent ? `${key}/${name}` : key] = value;
  }
  return all;
};

/** The objective under another name, in its metrics too. */
const renamed = (objective: Objective<Signal>, name: string): Objective<Signal> => {
  if (name === objective.name) return objective;
  return {
    ...objective,
    name,
    loss(studentLogits, batch) {
      const { loss, metrics } = objective.loss(studentLogits, batch);
      const [own, other] = [`objective/${objective.name}`, `objective/${name}`];
      return {
        loss,
        metrics: Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key === own ? other : key, value])),
      };
    },
  };
};

/** The one value that all terms that have it share. `RangeError` when they differ. */
const shared = <K extends "advantages" | "controller" | "topK">(
  name: string,
  key: K,
  what: string,
  terms: readonly WeightedTerm[],
): Pick<Objective, K> => {
  const found = new Map<string, NonNullable<Objective[K]>>();
  for (const { objective } of terms) {
    const value = objective[key];
    if (value !== undefined)
      found.set(typeof value === "number" ? String(value) : value.name, value as NonNullable<Objective[K]>);
  }
  if (found.size > 1)
    throw new RangeError(`${name}: expected one ${what} for the whole batch, got ${[...found.keys()].join(" and ")}`);
  const [value] = found.values();
  return (value === undefined ? {} : { [key]: value }) as Pick<Objective, K>;
};

/** Weight times weight; `RangeError` when both move, for the product of two ramps is none. */
const product = (name: string, outer: Schedule, inner: Schedule): Schedule => {
  if (typeof outer === "number" && typeof inner === "number") return outer * inner;
  if (typeof outer === "number" && typeof inner !== "number")
    return { ...inner, from: outer * inner.from, to: outer * inner.to };
  if (typeof inner === "number" && typeof outer !== "number")
    return { ...outer, from: inner * outer.from, to: inner * outer.to };
  throw new RangeError(
    `${name}: expected one ramp on the way to a term, got a ramp of a ramp; make one of the weights a number`,
  );
};

const flattened = (name: string, terms: readonly WeightedTerm[]): WeightedTerm[] =>
  terms.flatMap(({ weight, objective }) =>
    objective.terms === undefined
      ? [{ weight, objective }]
      : objective.terms.map((inner) => ({ weight: product(name, weight, inner.weight), objective: inner.objective })),
  );

/**
 * sum of weight x loss. Terms whose weight is always 0 are left out, with their needs; terms that are sums are opened.
 * Metrics are those of the terms, each `objective/<term>` unweighted, and `weight/<term>` for weights that move; where
 * two terms report one name, the later one's ends in `/<term>`. `RangeError` for a weight below 0 or not finite, for no
 * term of positive weight, and for terms with different advantages, controllers or top-k.
 */
export const weightedSum = <Needs extends Signal>(
  terms: readonly WeightedTerm<Needs>[],
  name = "weighted-sum",
): Objective<Needs> => {
  for (const { weight, objective } of terms) checkSchedule(`${name}, weight of ${objective.name}`, weight, 0);
  const all = flattened(name, terms as readonly unknown[] as readonly WeightedTerm[]).filter(
    ({ weight }) => boundsOf(weight).most > 0,
  );
  if (all.length === 0)
    throw new RangeError(`${name}: expected at least one term of positive weight, got ${terms.length} without`);
  const names = distinct(all.map(({ objective }) => objective.name));
  const kept = all.map(({ weight, objective }, i) => ({ weight, objective: renamed(objective, names[i]!) }));
  const needs = new Set([
    ...kept.flatMap(({ objective }) => objective.needs),
    ...scheduleNeeds(...kept.map(({ weight }) => weight)),
  ]);
  return {
    name,
    needs: [...needs] as Needs[],
    learnsFrom: [...new Set(kept.flatMap(({ objective }) => objective.learnsFrom))],
    ...shared(name, "advantages", "estimate of advantages", kept),
    ...shared(name, "controller", "controller", kept),
    ...shared(name, "topK", "number of teacher scores", kept),
    terms: kept as readonly unknown[] as readonly WeightedTerm<Needs>[],
    loss(studentLogits, batch) {
      const parts = kept.map(({ weight, objective }) => {
        const { loss, metrics } = objective.loss(studentLogits, batch as never);
        const factor = scheduled(weight, batch as Partial<Signals>);
        const moving: Record<string, tf.Scalar> =
          typeof factor === "number" ? {} : { [`weight/${objective.name}`]: factor };
        return { name: objective.name, loss: tf.mul<tf.Scalar>(loss, factor), metrics: { ...metrics, ...moving } };
      });
      return {
        loss: parts.map(({ loss }) => loss).reduce((sum, loss) => tf.add(sum, loss)),
        metrics: joined(parts),
      };
    },
  };
};

/**
 * `{ "type": "weighted-sum", "terms": [{ "weight": 1, "objective": { "type": "sft" } }] }`, with the objectives of
 * `family` as terms.
 */
export const definitionOver = <V extends { type: string }>(family: Family<V, void, Objective<Signal>>) =>
  define({
    type: "weighted-sum",
    summary: "A weighted sum of objectives.",
    parameters: {
      terms: Type.Array(
        closedObject({
          weight: scheduleSchema("Weight of the term; 0 leaves it out.", { minimum: 0 }),
          objective: family.schema,
        }),
        { minItems: 1, description: "What is summed, each with its weight." },
      ),
    },
    create: ({ terms }): Objective<Signal> =>
      weightedSum(terms.map(({ weight, objective }) => ({ weight, objective: family.create(objective) }))),
  });
