/** Everything that is known of an experiment file before it runs: its plan, what is odd, and what its rewards say. */
import { dirname } from "node:path";
import { canonicalJson } from "../../files/canonical-json.ts";
import type { Json } from "../../files/json.ts";
import type { HubOptions } from "../../policies/checkpoints/hub/hub.ts";
import type { Source } from "../file/file-source.ts";
import { givenOverrides } from "../file/overrides.ts";
import { ExperimentError, type Problem } from "../file/problem.ts";
import { FileContext } from "../inputs/file-context.ts";
import { readInputs } from "../inputs/inputs.ts";
import { MemoryRules } from "../planning/memory-rules.ts";
import type { PlannedRun } from "../planning/planned.ts";
import { planRuns } from "../planning/run-plan.ts";
import { byLocation, checkSource, located, type Found } from "../planning/sound-file.ts";
import { stagePointer } from "../schema/trainings.ts";
import { idleHints } from "./idle-values.ts";
import { rateHints } from "./odd-rates.ts";
import { tryRewards, type TriedRewards, type TryOptions } from "./tried-rewards.ts";

/** A run that can start. */
export interface ValidatedRun {
  readonly run: PlannedRun;
  /** What may be meant and mostly is not, at its location; as problems are, but nothing is refused. */
  readonly warnings: readonly Problem[];
  /** What the rewards of its stages and its own say, for each training that has some. */
  readonly tried: readonly TriedRewards[];
}

/** Tries rewards once, however many trainings have the same ones. */
class Trials {
  readonly #known = new Map<string, ReturnType<typeof tryRewards>>();

  readonly #fileContext: FileContext;
  readonly #options: TryOptions;

  constructor(fileContext: FileContext, options: TryOptions) {
    this.#fileContext = fileContext;
    this.#options = options;
  }

  of({ task, taskSeed, tokenizer, rewards }: PlannedRun["values"], at: string): ReturnType<typeof tryRewards> {
    const key = canonicalJson([task, taskSeed, tokenizer ?? null, rewards, at] as Json);
    const made =
      this.#known.get(key) ??
      tryRewards(
        rewards,
        this.#fileContext.task({ task, taskSeed, ...(tokenizer && { tokenizer }) }),
        at,
        this.#options,
      );
    this.#known.set(key, made);
    return made;
  }
}

const rewardsOf = async (run: PlannedRun, trials: Trials): Promise<Awaited<ReturnType<typeof tryRewards>>[]> => {
  const trainings = [...run.stages.map((stage) => ({ ...stage, at: stagePointer(stage.name) })), { ...run, at: "" }];
  const found = [];
  for (const { values, at } of trainings) if (values.rewards.length > 0) found.push(await trials.of(values, at));
  return found;
};

/** How a file is validated. */
export interface ValidationOptions {
  /** Whether rewards that ask servers and sandboxes are called too. */
  readonly callRewards?: boolean;
  readonly hub?: HubOptions;
  /** Bytes of this machine: it is warned of what is estimated to take more, which may run elsewhere. */
  readonly memory?: number;
}

/**
 * The runs of a file that was read, with overrides. `ExperimentError` with every problem; those of rewards that throw
 * are found when there are no others.
 */
export const validateExperiment = async (
  source: Source,
  overrides: readonly string[] = [],
  { callRewards = false, hub = {}, memory = Number.POSITIVE_INFINITY }: ValidationOptions = {},
): Promise<readonly ValidatedRun[]> => {
  const file = checkSource(source, givenOverrides(overrides));
  const folder = dirname(file.path);
  const inputs = await readInputs(file.drafts, folder, hub);
  const fileContext = new FileContext(folder, inputs);
  const runs = planRuns(file, inputs, fileContext);
  const trials = new Trials(fileContext, { folder, callOutside: callRewards });
  const rules = Number.isFinite(memory) ? new MemoryRules(fileContext, memory) : undefined;
  const found: Found[] = [];
  const validated: ValidatedRun[] = [];
  const order = byLocation(file.path, file.overrides);
  for (const [index, { draft, values }] of file.drafts.entries()) {
    const run = runs[index]!;
    const tries = await rewardsOf(run, trials);
    found.push({ draft, mistakes: tries.flatMap(({ mistakes }) => mistakes) });
    const hints = [...rateHints(run, values, fileContext), ...idleHints(run), ...(rules?.mistakes(run, values) ?? [])];
    const warnings = located([{ draft, mistakes: hints }], 1, order);
    validated.push({ run, warnings, tried: tries.map(({ tried }) => tried) });
  }
  const problems = located(found, file.drafts.length, order);
  if (problems.length > 0) throw new ExperimentError(problems);
  return validated;
};
