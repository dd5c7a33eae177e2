/** What a schema cannot say of an experiment's claims. */
import { claims as family, type ClaimValues } from "../../evaluation/claims/index.ts";
import type { Trial } from "../../evaluation/claims/trial.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";

/** Claims that cannot be made, and names that occur twice. */
export const claimMistakes = (claims: readonly ClaimValues[] = []): Mistake[] =>
  claims.flatMap((values, i): Mistake[] => {
    const first = claims.findIndex(({ id }) => id === values.id);
    const twice =
      first === i
        ? []
        : [{ pointer: `/claims/${i}/id`, message: `"${values.id}" is the name of /claims/${first} already` }];
    const made = attempt(() => family.create(values));
    return "message" in made ? [...twice, { pointer: `/claims/${i}`, part: "whole", message: made.message }] : twice;
  });

/** Axes of claims that no trial has; `axes` are the sweep's. The claims have no `claimMistakes`. */
export const axisMistakes = (claims: readonly ClaimValues[] = [], axes: readonly string[]): Mistake[] =>
  claims.flatMap((values, i) => {
    const known = new Set(["run", ...axes]);
    return family
      .create(values)
      .axes.filter((axis) => !known.has(axis))
      .map((axis) => ({
        pointer: `/claims/${i}`,
        part: "whole" as const,
        message:
          `expected axes of the sweep (${axes.join(", ") || "none"}) or "run", got "${axis}"; add it to the ` +
          "sweep, or correct the pointer",
      }));
  });

/**
 * Claims for which the sweep's trials, `settings`, never have what they compare. The claims have no `claimMistakes` and
 * no `axisMistakes`.
 */
export const comparisonMistakes = (
  claims: readonly ClaimValues[] = [],
  settings: readonly Pick<Trial, "run" | "axes">[],
): Mistake[] =>
  claims.flatMap((values, i): Mistake[] => {
    const measured = { [values.metric]: 0 };
    const trials = settings.map(({ run, axes }) => ({ run, axes, initial: measured, final: measured }));
    if (family.create(values).compares(trials)) return [];
    const message =
      "expected trials of this sweep on each side of what is compared, alike in all else, got none, so that it can " +
      "never be judged; name every axis in which its sides differ, with values that the sweep has";
    return [{ pointer: `/claims/${i}`, part: "whole", message }];
  });
