/**
 * Before the first step: a divergence between equal distributions is zero, and none is below zero, on the engine that
 * will train.
 */
import * as tf from "@tensorflow/tfjs";
import type { Buffer, Engine } from "../../engine/engine.ts";
import { float32, int32, type Program, type TypedArray } from "../../engine/program.ts";
import type { Objective, Signal, Signals, TokenBatch } from "../../objectives/objective.ts";

/**
 * Terms that read nothing else are made of divergences alone; any other has a gradient of its own where teacher and
 * student agree.
 */
const readable: readonly Signal[] = [
  "teacherLogProbs",
  "teacherTopKIds",
  "teacherTopKLogProbs",
  "fromStudent",
  "progress",
  "controlled",
];

const [B, T] = [2, 4] as const;

/**
 * Logits of a token inside and outside of a position's support: equal inside and never drawn outside, whatever
 * temperature divides them.
 */
const inside = 80;

const logSoftmax = (logits: readonly number[]): number[] => {
  const largest = Math.max(...logits);
  const normalizer = largest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0));
  return logits.map((z) => z - normalizer);
};

/** [B * T] rows of V logits: even distributions over half of the tokens, a different half at each position. */
const evenLogits = (V: number): number[][] =>
  Array.from({ length: B * T }, (_, position) =>
    Array.from({ length: V }, (__, token) => ((token + position) % 4 < 2 ? inside : -inside)),
  );

/** [B * T] rows of V logits without any pattern that matters, others for another `phase`. */
const unevenLogits = (V: number, phase: number): number[][] =>
  Array.from({ length: B * T }, (_, position) =>
    Array.from({ length: V }, (__, token) => 3 * Math.sin(phase + 5 * position + 11 * token)),
  );

/** Inputs for a teacher and a student given as logits. */
const inputsOf = (
  teacher: readonly number[][],
  student: readonly number[][],
  topK: number,
): Record<string, TypedArray> => {
  const scores = teacher.map(logSoftmax);
  const likeliest = scores.map((row) =>
    Array.from(row.keys())
      .toSorted((a, b) => row[b]! - row[a]!)
      .slice(0, topK),
  );
  return {
    studentLogits: Float32Array.from(student.flat()),
    targets: new Int32Array(B * T),
    completionMask: new Float32Array(B * T).fill(1),
    teacherLogProbs: Float32Array.from(scores.flat()),
    teacherTopKIds: Int32Array.from(likeliest.flat()),
    teacherTopKLogProbs: Float32Array.from(
      likeliest.flatMap((ids, position) => ids.map((id) => scores[position]![id]!)),
    ),
    // One sequence of each source, for objectives that treat them differently.
    fromStudent: Float32Array.of(1, 0),
    progress: Float32Array.of(0.5),
    controlled: Float32Array.of(0.5),
  };
};

/** Loss, metrics and the largest size of a gradient by the student's logits. */
const program = (objective: Objective<Signal>, V: number, topK: number): Program => {
  const specs = {
    studentLogits: float32(B, T, V),
    targets: int32(B, T),
    completionMask: float32(B, T),
    teacherLogProbs: float32(B, T, V),
    teacherTopKIds: int32(B, T, topK),
    teacherTopKLogProbs: float32(B, T, topK),
    fromStudent: float32(B),
    progress: float32(),
    controlled: float32(),
  };
  const read = new Set<string>(["studentLogits", "targets", "completionMask", ...objective.needs]);
  return {
    name: "identity",
    inputs: Object.fromEntries(Object.entries(specs).filter(([name]) => read.has(name))),
    build({ studentLogits, ...inputs }) {
      const batch = inputs as unknown as TokenBatch & Signals;
      const logits = studentLogits as tf.Tensor3D;
      const { loss, metrics } = objective.loss(logits, batch);
      const gradient = tf.grad((z) => objective.loss(z as tf.Tensor3D, batch).loss)(logits);
      return { loss, gradient: tf.max(tf.abs(gradient)), ...metrics };
    },
  };
};

const run = async (
  engine: Engine,
  made: Program,
  inputs: Readonly<Record<string, TypedArray>>,
): Promise<Record<string, number>> => {
  const executable = await engine.compile(made);
  const buffers: Record<string, Buffer> = {};
  try {
    for (const [name, spec] of Object.entries(made.inputs)) buffers[name] = engine.upload(inputs[name]!, spec);
    const outputs = await executable.run(buffers);
    Object.assign(
      buffers,
      Object.fromEntries(Object.entries(outputs).map(([name, buffer]) => [`out:${name}`, buffer])),
    );
    const values: Record<string, number> = {};
    for (const [name, buffer] of Object.entries(outputs)) values[name] = (await engine.download(buffer))[0]!;
    return values;
  } finally {
    for (const buffer of Object.values(buffers)) buffer.dispose();
    await executable.dispose();
  }
};

const checkTerm = async (engine: Engine, term: Objective<Signal>, tolerance: number): Promise<void> => {
  const topK = term.topK ?? 1;
  const V = Math.max(16, 4 * topK);
  const refuse = (what: string): never => {
    throw new Error(
      `check identity: before the first step, on the ${engine.name} engine, ${what}; the objective ` +
        `${term.name} or the engine is wrong: ` +
        "try another /engine. Or give training.checks.identity another value; 0 turns this check off",
    );
  };
  const made = program(term, V, topK);
  const even = evenLogits(V);
  const { loss, gradient, ...equal } = await run(engine, made, inputsOf(even, even, topK));
  const divergences = (metrics: Readonly<Record<string, number>>) =>
    Object.entries(metrics).filter(([name]) => name.startsWith("divergence/"));
  for (const [name, value] of divergences(equal)) {
    if (!(Math.abs(value) <= tolerance)) refuse(`${name} between equal distributions is ${value} nats, expected 0`);
  }
  // A term that has more than divergences in it is not at its least where they are zero.
  if (divergences(equal).length > 0 && Math.abs(loss!) <= tolerance && !(gradient! <= tolerance)) {
    refuse(`the gradient between equal distributions is ${gradient}, expected 0`);
  }
  const different = await run(engine, made, inputsOf(unevenLogits(V, 1), unevenLogits(V, 2), topK));
  for (const [name, value] of divergences(different)) {
    if (!(value >= -tolerance)) refuse(`${name} between two distributions is ${value} nats, expected at least 0`);
  }
};

/**
 * Tries every term of the objective that is made of divergences (it reads a teacher, and no rewards, behavior or
 * references) on small made-up distributions. `Error` with the term, the engine and the values unless, to `tolerance`
 * nats, its divergences and their gradient are zero where teacher and student are equal, and its divergences are at
 * least zero elsewhere. Terms without `divergence/*` metrics pass.
 */
export const checkIdentity = async (engine: Engine, objective: Objective<Signal>, tolerance: number): Promise<void> => {
  if (tolerance === 0) return;
  const terms = objective.terms?.map((term) => term.objective) ?? [objective];
  for (const term of terms) {
    const teaches = term.needs.some((need) => need === "teacherLogProbs" || need === "teacherTopKLogProbs");
    if (teaches && term.needs.every((need) => readable.includes(need))) await checkTerm(engine, term, tolerance);
  }
};
