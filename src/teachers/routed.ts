/** Teachers of which each prompt names its own, by one of its fields. */
import { coordinatesText } from "../rollouts/batches/order.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import type { Prompt } from "../tasks/task.ts";
import type { Teacher, TeacherScore } from "./teacher.ts";

/** The name of the route that a prompt takes. `RangeError` when it has no such field, or its field names none. */
export const routeOf = ({ fields = {}, text }: Prompt, by: string, names: readonly string[]): string => {
  const name = Object.hasOwn(fields, by) ? fields[by] : undefined;
  if (name !== undefined && names.includes(name)) return name;
  const got = name === undefined ? `no field "${by}"` : JSON.stringify(name);
  throw new RangeError(
    `teacher: expected the field "${by}" of ${JSON.stringify(text.slice(0, 40))} to be one of ` +
      `${names.join(", ")}, got ${got}`,
  );
};

/**
 * Asks for each rollout the teacher that its prompt's field `by` names; all of them at the same time. `RangeError` for
 * no routes, unlike vocabularies, and as `routeOf` throws.
 */
export const routedTeacher = (by: string, routes: ReadonlyMap<string, Teacher>): Teacher => {
  const [vocabularySize, other] = new Set([...routes.values()].map((teacher) => teacher.vocabularySize));
  if (vocabularySize === undefined) throw new RangeError("teacher: expected at least one route, got none");
  if (other !== undefined)
    throw new RangeError(`teacher: expected one vocabulary of all routes, got ${vocabularySize} and ${other} tokens`);
  const names = [...routes.keys()];
  const ask = async (
    name: string,
    rollouts: readonly Rollout[],
    signal: AbortSignal,
  ): Promise<readonly (TeacherScore | Error)[]> =>
    rollouts.length === 0 ? [] : routes.get(name)!.score(rollouts, signal);
  return {
    vocabularySize,
    async score(rollouts, signal) {
      const taken = rollouts.map(({ prompt }) => routeOf(prompt, by, names));
      const answers = new Map<Rollout, TeacherScore | Error>();
      await Promise.all(
        names.map(async (name) => {
          const own = rollouts.filter((_, i) => taken[i] === name);
          const scores = await ask(name, own, signal);
          for (const [i, rollout] of own.entries()) if (scores[i] !== undefined) answers.set(rollout, scores[i]);
        }),
      );
      return rollouts.map(
        (rollout) =>
          answers.get(rollout) ?? new RangeError(`teacher: expected a score of ${coordinatesText(rollout)}, got none`),
      );
    },
  };
};
