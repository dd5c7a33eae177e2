/** Rollouts of a run: of a step, those that have a text, and those of one prompt in several runs. */
import { parseObject } from "../../files/json.ts";
import { presentLines } from "../../files/bounded-lines.ts";
import type { PromptHistory, Rollout, Rollouts } from "../answers.ts";
import { longestRollout, rolloutLines, rolloutOf, rolloutsIn } from "./rollout-lines.ts";
import { Recent } from "./recent.ts";
import type { StepLines } from "./step-lines.ts";
import type { WatchedRun } from "./watched-runs.ts";

/** Rollouts in one answer, and milliseconds of a search. */
const [mostRollouts, longestSearch] = [200, 5000];

/** Runs whose rollouts are known by their steps, the last asked for. */
const keptRuns = 16;

/** Looks rollouts up, and keeps where they are. */
export class RolloutReader {
  readonly #recent = new Recent<StepLines>({ most: keptRuns }, rolloutLines);

  /** Where the rollouts of a run are, as its file is now. Errors of the system. */
  linesOf({ folder }: Pick<WatchedRun, "folder">): StepLines {
    return this.#recent.of(folder, (lines) => lines.refresh());
  }

  /** The rollouts of a step; where none is named, of the last that was inspected, or of the last. */
  ofStep(run: WatchedRun, asked: number | undefined): Rollouts {
    const lines = this.linesOf(run);
    const [steps, inspected] = [lines.steps(), lines.marked()];
    const step = asked ?? inspected.at(-1) ?? steps.at(-1);
    const all = step === undefined ? [] : lines.at(step).map((line) => rolloutOf(run.key, parseObject(line) ?? {}));
    return { steps, inspected, step, rollouts: all.slice(0, mostRollouts), more: all.length > mostRollouts };
  }

  /** The rollouts of all steps that have a text in their prompt or in their completion, whatever its case. */
  async withText(run: WatchedRun, text: string): Promise<Rollouts> {
    const lines = this.linesOf(run);
    const wanted = text.toLowerCase();
    const has = ({ prompt, completion }: Rollout): boolean =>
      prompt.toLowerCase().includes(wanted) || completion.toLowerCase().includes(wanted);
    const { rollouts, more } = await found([run], has);
    return { steps: lines.steps(), inspected: lines.marked(), step: undefined, rollouts, more };
  }

  /** What became of a prompt, run by run and step by step. */
  async ofPrompt(runs: readonly WatchedRun[], prompt: string): Promise<PromptHistory> {
    return { prompt, ...(await found(runs, (rollout) => rollout.prompt === prompt)) };
  }
}

/** The first of each run that are wanted, and whether there are more or the time was over. */
const found = async (
  runs: readonly WatchedRun[],
  wanted: (rollout: Rollout) => boolean,
): Promise<{ readonly rollouts: readonly Rollout[]; readonly more: boolean }> => {
  const until = performance.now() + longestSearch;
  const most = Math.ceil(mostRollouts / Math.max(1, runs.length));
  const rollouts: Rollout[] = [];
  let more = false;
  for (const { folder, key } of runs) {
    let own = 0;
    for await (const text of presentLines(rolloutsIn(folder), longestRollout)) {
      const line = parseObject(text);
      if (line === undefined) continue;
      const rollout = rolloutOf(key, line);
      if (!wanted(rollout)) continue;
      if (own === most || performance.now() > until) {
        more = true;
        break;
      }
      rollouts.push(rollout);
      own += 1;
    }
  }
  return { rollouts, more };
};
