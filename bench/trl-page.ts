/** The page of `npm run bench -- trl`, docs/results/speed.md: as much of it as was measured. */
import type { Machine } from "./machine.ts";
import { sweepSteps, sweepTrials, type Peaks, type Times } from "./trl-beside.ts";
import {
  drawTable,
  partTable,
  peakTable,
  rooflineTable,
  roundTable,
  startTable,
  stepTable,
  sweepTable,
  type WorkRounds,
} from "./trl-tables.ts";
import type { Rounds, Sizes, TrlContender, TrlWork } from "./trl-works.ts";

/** All that was measured. What was not asked for is absent. */
export interface TrlResults {
  readonly machine: Machine;
  readonly contenders: readonly TrlContender[];
  /** The works of the page, whether they were measured or not. */
  readonly known: readonly TrlWork[];
  readonly works: WorkRounds;
  readonly growth: WorkRounds;
  readonly growthRounds: number;
  readonly draws: Readonly<Record<string, Times>>;
  readonly starts?: Rounds;
  readonly sweeps?: Times;
  readonly peaks?: Peaks;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

const shapeOf = ({ layers, width, heads }: Sizes): string => `${layers}x${width} (${heads} heads)`;

const divergenceOf = ({ beta }: TrlWork): string => (beta === 0 ? "forward KL" : `JSD, beta ${beta}`);

const workLine = (work: TrlWork): string => {
  const { name, vocabulary, student, teacher, batch, prompt, completion, model, steps, warmUp } = work;
  const of = model === "gpt2" ? "GPT-2s with random weights" : "SmolLM2-135M-Instruct and ten of its layers";
  return `- ${name}: ${of}; vocabulary of ${vocabulary.toLocaleString("en-US")},
  student ${shapeOf(student)}, teacher ${shapeOf(teacher)};
  ${batch} prompts of at most ${prompt} tokens, ${completion} new tokens each; ${divergenceOf(work)};
  ${steps} steps a round without the first ${warmUp}.`;
};

const section = (title: string, ...paragraphs: readonly string[]): string =>
  [`## ${title}`, ...paragraphs].join("\n\n");

const mebibytes = (bytes: number): string => Math.round(bytes / 2 ** 20).toLocaleString("en-US");

const head = ({ machine, notes }: TrlResults): string => {
  const { processor, instructions, cores, threads, rounds, date, versions } = machine;
  return `# Speed beside TRL

After this page you know how long a step of on-policy distillation takes in Retort and in TRL on the same machine,
where its time goes, what memory it takes, and how far both are from what the machine can do.

Written by \`npm run bench -- trl --python PYTHON --write\`, ${date}: ${processor}, ${cores} cores
(${instructions.join(", ")}); ${versions.join(", ")}.
Each contender has a process of its own, with ${threads} threads, and they take turns: ${rounds} rounds, one process
a round. TRL is its own \`GKDTrainer\` (\`trl.experimental.gkd\`) with a cache of keys and values; bfloat16 is its
\`bf16=True\`. Retort is \`retort run\`. Both read the same weights and prompts, draw all tokens of each completion from
the student, and take no early end.${notes.length === 0 ? "" : `\n\n${notes.map((note) => `- ${note}`).join("\n")}`}`;
};

const stepsSection = ({ works, known, contenders }: TrlResults): string =>
  section(
    "A step",
    `Milliseconds: the median of the rounds, [least to most] of them, and how many times as fast as the better of
TRL's two. A round's number is the median of its steps.`,
    stepTable(works, contenders),
    known
      .filter(({ name }) => name in works)
      .map(workLine)
      .join("\n"),
    `Where the time goes, in milliseconds. update: the student forward, the divergence and the gradient. optimizer:
clipping and AdamW; in Retort it is part of update. publish: the new weights reach the sampler. rest: what is left of a
step. between: from the end of a step to the beginning of the next, which the table above does not count.`,
    partTable(works, contenders),
    `The loss of the first step in nats a token. Tokens are drawn by other random numbers, so it is nearly the same, and
not the same.`,
    roundTable(
      works,
      contenders,
      ({ losses }) => losses[0],
      (loss) => loss.toPrecision(4),
    ),
  );

const memorySection = ({ works, contenders }: TrlResults): string =>
  section(
    "Memory",
    `Most resident memory of all processes of a contender together, in MiB, sampled every 50 ms from start to end
(loading and compiling included): the median of the rounds.`,
    roundTable(works, contenders, ({ peak }) => peak, mebibytes),
  );

const besideSections = ({ draws, known, contenders, starts, sweeps, machine }: TrlResults): readonly string[] => [
  ...(Object.keys(draws).length === 0
    ? []
    : [
        section(
          "Completions alone",
          `Tokens in a second of a batch of completions: HuggingFace's \`generate\` and Retort's sampler on the same
folder, with prompts of the most tokens. In bfloat16 HuggingFace's weights are bfloat16. Of SmolLM2 it is the
whole model. Medians of ${machine.rounds} after the first, [least to most], and how many times
as fast as the better of HuggingFace's.`,
          drawTable(draws, known, contenders),
        ),
      ]),
  ...(starts === undefined
    ? []
    : [
        section(
          "Start",
          `Seconds of a whole process that takes one step of the work ${known[0]!.name}: it loads, compiles, trains and
evaluates. The experiment has no stages that would have to be made.`,
          startTable(starts, contenders),
        ),
      ]),
  ...(sweeps === undefined
    ? []
    : [
        section(
          "Sweeps",
          `\`retort sweep\` of ${sweepTrials} trials of ${sweepSteps} steps of the work ${known[0]!.name} on ONNX,
each a process.`,
          sweepTable(sweeps),
        ),
      ]),
];

const growthSections = ({ growth, growthRounds, contenders }: TrlResults): readonly string[] =>
  Object.keys(growth).length === 0
    ? []
    : [
        section(
          "Growth",
          `Milliseconds of a step of the work mini with one thing changed; 10 steps a round without the first 5,
${growthRounds} rounds. The teacher is twice as wide as the student. threads-1 has one core.`,
          stepTable(growth, contenders),
        ),
      ];

const rooflineSections = ({ peaks, works, known, contenders }: TrlResults): readonly string[] =>
  peaks === undefined
    ? []
    : [
        section(
          "What the machine can do",
          `The most that was measured: a product of two 2,048 x 2,048 matrices, and a copy of 256 MiB (read and
written).`,
          peakTable(peaks),
          `What each phase needs at least, counted: operations of products and attention (logits where a token is
predicted, a padded prompt as TRL pads it), and bytes of weights in float32: a draw reads them for each token, an update
reads them twice, writes a gradient, and AdamW reads and writes seven numbers a weight. least ms: at the peaks of
float32. The shares are of the least time at the peaks of the contender's own precision; update has the optimizer in it.
Above 100% caches hold the weights.`,
          rooflineTable(works, known, contenders, peaks),
        ),
      ];

/** All of the page that is measured, as Markdown without an end of line. */
export const measuredPage = (results: TrlResults): string =>
  [
    head(results),
    ...(Object.keys(results.works).length === 0 ? [] : [stepsSection(results), memorySection(results)]),
    ...besideSections(results),
    ...growthSections(results),
    ...rooflineSections(results),
  ].join("\n\n");
