/** The works of `npm run bench -- trl`: what one step of on-policy GKD is of, and who takes it. */

/** A decoder by its sizes. */
export interface Sizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

/** One step of on-policy GKD: what student and teacher are, how much is drawn, and how often it is measured. */
export interface TrlWork {
  readonly name: string;
  readonly vocabulary: number;
  /** Random GPT-2s, or of SmolLM2 ten of its layers and all of them. */
  readonly model: "gpt2" | "SmolLM2";
  readonly student: Sizes;
  readonly teacher: Sizes;
  readonly batch: number;
  /** Most tokens of a prompt. */
  readonly prompt: number;
  /** Tokens of each completion. */
  readonly completion: number;
  /** Of the Jensen-Shannon divergence; 0 is forward KL. */
  readonly beta: number;
  readonly learningRate: number;
  /** Steps of a round, the first ones included. */
  readonly steps: number;
  /** Steps that are left out at the beginning of each round: programs are compiled and caches filled there. */
  readonly warmUp: number;
  /** Threads of each part; cores that the process may use. */
  readonly threads: number;
}

/** Layers of SmolLM2-135M-Instruct that its student has. */
export const smollm2Layers: readonly number[] = [0, 3, 6, 9, 12, 16, 19, 22, 25, 29];

/** Where the model of the work SmolLM2 is, from the root of the repository, and what brings it there. */
export const smollm2File = "models/SmolLM2-135M-Instruct.Q4_1.gguf";
/** The command that brings it there. */
export const smollm2Command = "python3 experiments/smollm2/fetch.py";

const plain = { model: "gpt2", batch: 8, beta: 0.5, learningRate: 1e-4, warmUp: 5 } as const;

const toy: Omit<TrlWork, "threads"> = {
  ...plain,
  name: "toy",
  vocabulary: 258,
  student: { layers: 2, width: 64, heads: 2 },
  teacher: { layers: 4, width: 128, heads: 4 },
  prompt: 16,
  completion: 32,
  steps: 60,
};

const mini: Omit<TrlWork, "threads"> = {
  ...plain,
  name: "mini",
  vocabulary: 4096,
  student: { layers: 4, width: 128, heads: 4 },
  teacher: { layers: 6, width: 256, heads: 8 },
  prompt: 32,
  completion: 64,
  steps: 25,
};

const smollm2: Omit<TrlWork, "threads"> = {
  name: "SmolLM2",
  vocabulary: 49_152,
  model: "SmolLM2",
  student: { layers: 10, width: 576, heads: 9 },
  teacher: { layers: 30, width: 576, heads: 9 },
  batch: 8,
  prompt: 64,
  completion: 64,
  beta: 0,
  learningRate: 3e-4,
  steps: 5,
  warmUp: 2,
};

const wide: Omit<TrlWork, "threads"> = {
  ...plain,
  name: "gpt2-vocabulary",
  vocabulary: 50_257,
  student: { layers: 2, width: 128, heads: 4 },
  teacher: { layers: 4, width: 256, heads: 8 },
  prompt: 32,
  completion: 32,
  steps: 10,
};

const deep: Omit<TrlWork, "threads"> = {
  ...plain,
  name: "30M",
  vocabulary: 8192,
  student: { layers: 8, width: 512, heads: 8 },
  teacher: { layers: 8, width: 768, heads: 12 },
  prompt: 32,
  completion: 64,
  steps: 10,
};

/** The works of the page, with so many threads. */
export const worksWith = (threads: number): readonly TrlWork[] =>
  [toy, mini, smollm2, wide, deep].map((work) => ({ ...work, threads }));

const scaled = (width: number, layers: number): Sizes => ({ layers, width, heads: width / 32 });

/** The work mini with one thing smaller or larger, by what it is; mini itself is the first. */
export const growthWith = (threads: number): readonly TrlWork[] => {
  const base: TrlWork = { ...mini, threads, steps: 10 };
  const changes: Readonly<Record<string, Partial<TrlWork>>> = {
    "as mini": {},
    "batch 4": { batch: 4 },
    "batch 16": { batch: 16 },
    "completion 32": { completion: 32 },
    "completion 128": { completion: 128 },
    "width 64": { student: scaled(64, 4), teacher: scaled(128, 6) },
    "width 256": { student: scaled(256, 4), teacher: scaled(512, 6) },
    "vocabulary 258": { vocabulary: 258 },
    "vocabulary 50257": { vocabulary: 50_257 },
    "threads 1": { threads: 1 },
  };
  return Object.entries(changes).map(([name, change]) => ({ ...base, ...change, name: name.replace(" ", "-") }));
};

/** Who takes the steps: TRL's trainer, or `retort run` on an engine. */
export interface TrlContender {
  readonly label: string;
  readonly by: "TRL" | "Retort";
  readonly engine?: "onnx" | "tensorflow";
  readonly bfloat16: boolean;
}

/** All of them, TRL first. */
export const contenders: readonly TrlContender[] = [
  { label: "TRL, float32", by: "TRL", bfloat16: false },
  { label: "TRL, bfloat16", by: "TRL", bfloat16: true },
  { label: "Retort, ONNX", by: "Retort", engine: "onnx", bfloat16: false },
  { label: "Retort, TensorFlow", by: "Retort", engine: "tensorflow", bfloat16: false },
  { label: "Retort, TensorFlow, bfloat16", by: "Retort", engine: "tensorflow", bfloat16: true },
];

/** The part of a step that a number is of, or all of it; `between` is from its end to the next one's beginning. */
export type Part = "milliseconds" | "draw" | "teacher" | "update" | "optimizer" | "publish" | "between" | "rest";

/** What one contender did of one work in one round: medians of its steps after the first ones. */
export interface Round {
  /** In ms; `update` of Retort has the optimizer in it, of TRL it has not. */
  readonly parts: Readonly<Partial<Record<Part, number>>>;
  /** Of the round's first and last step, a token, in nats. */
  readonly losses: readonly [number, number];
  /** Most memory of all processes together, in bytes. */
  readonly peak: number;
  /** From its start to its end, in ms. */
  readonly wall: number;
  /** Mean padded length of a prompt, of TRL's batches. */
  readonly prompt?: number;
}

/** The rounds of a work by the labels of who took the steps. */
export type Rounds = Readonly<Record<string, readonly Round[]>>;
