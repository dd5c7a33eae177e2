/** One of Retort's engines in a process of its own: for each speed that the parent asks for, the ms of one time. */
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../src/engine/choose.ts";
import type { EngineName } from "../src/engine/names.ts";
import { float32, type Program } from "../src/engine/program.ts";
import { loadCheckpoint } from "../src/policies/checkpoints/load.ts";
import { Sampler } from "../src/rollouts/sampling/sampler.ts";
import { numbers } from "../src/training/speed/work.ts";
import { answer } from "./contest.ts";

/** What is asked for: a product of square matrices, a copy in memory, or completions of random prompts. */
export type SpeedQuestion =
  | { readonly kind: "product"; readonly size: number; readonly bfloat16: boolean }
  | { readonly kind: "copy"; readonly bytes: number }
  | {
      readonly kind: "draw";
      readonly folder: string;
      readonly bfloat16: boolean;
      readonly batch: number;
      readonly prompt: number;
      readonly completion: number;
    };

/** How the process runs. */
export interface SpeedArgument {
  readonly engine: EngineName;
  readonly threads: number;
}

/** What it answers. */
export interface SpeedAnswer {
  readonly milliseconds: number;
}

type Once = () => Promise<void>;

const { engine: name, threads } = JSON.parse(process.argv[2]!) as SpeedArgument;
const opened = openEngine(name, { threads });

const openProduct = async (size: number): Promise<Once> => {
  const engine = await opened;
  const spec = float32(size, size);
  const program: Program<"left" | "right", "product"> = {
    name: "product",
    inputs: { left: spec, right: spec },
    build: ({ left, right }) => ({ product: tf.matMul(left, right) }),
  };
  const executable = await engine.compile(program);
  const matrix = (seed: number): Float32Array =>
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(seed + i));
  const inputs = { left: engine.upload(matrix(1), spec), right: engine.upload(matrix(2), spec) };
  return async () => (await executable.run(inputs)).product.dispose();
};

const openDraw = async (question: SpeedQuestion & { readonly kind: "draw" }): Promise<Once> => {
  const { folder, batch, prompt, completion } = question;
  const { policy, weights } = await loadCheckpoint(folder);
  const options = { policy, batch, promptLength: prompt, maxNewTokens: completion, endId: 1, padId: 0 };
  const sampler = new Sampler(await opened, options);
  sampler.load(weights);
  const token = (next: () => number): number => 2 + Math.floor(next() * (policy.vocabularySize - 2));
  const prompts = Array.from({ length: batch }, (_, row) => Int32Array.from(numbers(prompt, token, row)));
  const coordinates = prompts.map((_, row) => [1, 1, row, 0] as const);
  const writer = { by: "student", temperature: 1, minNewTokens: completion } as const;
  return async () => {
    const short = (await sampler.draw({ prompts, coordinates, writer })).find(
      ({ tokens }) => tokens.length !== completion,
    );
    if (short !== undefined) throw new Error(`expected ${completion} tokens in a row, got ${short.tokens.length}`);
  };
};

const open = async (question: SpeedQuestion): Promise<Once> => {
  if (question.kind === "draw") return openDraw(question);
  if (question.kind === "product") return openProduct(question.size);
  const source = new Float32Array(question.bytes / 4).fill(1);
  const target = new Float32Array(source.length);
  return () => Promise.resolve(target.set(source));
};

let current: { readonly message: string; readonly once: Once } | undefined;

answer(async (message): Promise<SpeedAnswer> => {
  if (current?.message !== message) current = { message, once: await open(JSON.parse(message) as SpeedQuestion) };
  const start = performance.now();
  await current.once();
  return { milliseconds: performance.now() - start };
});
