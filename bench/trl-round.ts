/** One round of one contender of `npm run bench -- trl`: a process of its own that takes a work's steps. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";
import { runTree, type Ended } from "./process-tree.ts";
import { filesOf, overridesOf, retort } from "./trl-files.ts";
import { smollm2Layers, type Part, type Round, type TrlContender, type TrlWork } from "./trl-works.ts";

/** Where files are, and the Python that has TRL. */
export interface Place {
  readonly folder: string;
  readonly python: string;
}

type Step = Partial<Record<Part, number>> & { readonly milliseconds: number; readonly loss: number };

const inside = ["draw", "teacher", "update", "optimizer", "publish"] as const;

/** Medians of the steps after the first ones, part by part, with what is left of a step beside its parts. */
const roundOf = (steps: readonly Step[], { warmUp, steps: count }: TrlWork, { peak, wall }: Ended): Round => {
  if (steps.length !== count) throw new Error(`trl: expected ${count} steps, got ${steps.length}`);
  const measured = steps.slice(warmUp).map((step) => ({
    ...step,
    rest: inside.reduce((left, part) => left - (step[part] ?? 0), step.milliseconds),
  }));
  const parts: Partial<Record<Part, number>> = {};
  for (const part of ["milliseconds", ...inside, "rest", "between"] as const) {
    const times = measured.map((step: Step) => step[part]).filter((time) => time !== undefined);
    if (times.length > 0) parts[part] = median(times);
  }
  return { parts, losses: [steps[0]!.loss, steps.at(-1)!.loss], peak, wall };
};

const linesOf = <Line>(path: string): readonly Line[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

interface Timing {
  readonly step: number;
  readonly milliseconds: number;
  readonly tokens: number;
}

interface Metrics {
  readonly kind: string;
  readonly metrics: Readonly<Record<string, number>>;
}

interface Span {
  readonly name: string;
  readonly ph: string;
  /** Microseconds, as those of `dur`. */
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly step: number; readonly rollouts: number };
}

/** The spans of a trace, an array of which the end may be missing. */
const spansOf = (path: string): readonly Span[] => {
  const text = readFileSync(path, "utf8").trimEnd();
  const events = JSON.parse(text.endsWith("]") ? text : `${text.replace(/,$/u, "")}]`) as Span[];
  return events.filter(({ ph }) => ph === "X");
};

/** The steps of a run, out of its folder. `Error` when a step has other than all its tokens. */
const stepsOf = (run: string, { batch, completion }: TrlWork): readonly Step[] => {
  const spans = spansOf(join(run, "trace.json"));
  const losses = linesOf<Metrics>(join(run, "metrics.jsonl"))
    .filter(({ kind }) => kind === "step")
    .map(({ metrics }) => metrics["loss"]!);
  const spanOf = (name: string, of: number): Span | undefined =>
    // Evaluations draw too, of fewer prompts; after the last one the student is published once more.
    spans.find(({ name: own, args }) => own === name && args.step === of && (name !== "draw" || args.rollouts > 1));
  const endOf = (step: number): number | undefined => {
    const span = spanOf("update", step);
    return span === undefined ? undefined : (span.ts + span.dur) / 1000;
  };
  return linesOf<Timing>(join(run, "timings.jsonl")).map(({ step, milliseconds, tokens }, index) => {
    if (tokens !== batch * completion)
      throw new Error(`trl: expected ${batch * completion} tokens in step ${step}, got ${tokens}`);
    const parts: Partial<Record<Part, number>> = {};
    for (const name of ["draw", "teacher", "update", "publish"] as const) {
      const span = spanOf(name, step);
      if (span !== undefined) parts[name] = span.dur / 1000;
    }
    const [before, end] = [endOf(step - 1), endOf(step)];
    if (before !== undefined && end !== undefined) parts.between = Math.max(0, end - before - milliseconds);
    return { ...parts, milliseconds, loss: losses[index]! };
  });
};

/** What an experiment says for a contender, beside the work. */
const engineOverrides = ({ engine, bfloat16 }: TrlContender): readonly string[] => [
  `/engine=${engine}`,
  ...(bfloat16 ? ["/precision=bfloat16"] : []),
];

/** The environment that TRL's processes have: as many threads, and nothing from the network. */
export const pythonEnvironment = (threads: number): Readonly<Record<string, string>> => ({
  HF_HUB_OFFLINE: "1",
  TRL_EXPERIMENTAL_SILENCE: "1",
  TOKENIZERS_PARALLELISM: "false",
  CUDA_VISIBLE_DEVICES: "",
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
});

const trlRound = async (work: TrlWork, { bfloat16 }: TrlContender, { folder, python }: Place): Promise<Round> => {
  const { student, teacher, prompts } = filesOf(work, folder);
  const how = {
    student,
    teacher,
    prompts,
    layers: work.model === "SmolLM2" ? smollm2Layers : null,
    batch: work.batch,
    newTokens: work.completion,
    length: work.prompt + work.completion,
    beta: work.beta,
    learningRate: work.learningRate,
    steps: work.steps,
    bfloat16,
    threads: work.threads,
  };
  const script = fileURLToPath(new URL("trl-steps.py", import.meta.url));
  const env = pythonEnvironment(work.threads);
  const ended = await runTree([python, script, JSON.stringify(how)], { env, cores: work.threads });
  const last = ended.output.trimEnd().split("\n").at(-1)!;
  const { steps, prompt } = JSON.parse(last) as { readonly steps: readonly Step[]; readonly prompt: number };
  return { ...roundOf(steps, work, ended), prompt };
};

const retortRound = async (work: TrlWork, contender: TrlContender, { folder }: Place): Promise<Round> => {
  const out = join(folder, "out");
  const command = [...retort, "run", filesOf(work, folder).experiment, ...overridesOf(work)];
  const places = ["--out", out, "--cache", join(folder, "cache"), "--quiet"];
  try {
    const ended = await runTree([...command, ...engineOverrides(contender), ...places], { cores: work.threads });
    const [timings] = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith("timings.jsonl"),
    );
    return roundOf(stepsOf(join(out, timings!, ".."), work), work, ended);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

/** Has a contender take the steps of a work once, in a process of its own, with files that are there already. */
export const takeRound = (work: TrlWork, contender: TrlContender, place: Place): Promise<Round> =>
  (contender.by === "TRL" ? trlRound : retortRound)(work, contender, place);
