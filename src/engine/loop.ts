/**
 * The loop primitive: repeats a body over carried tensors until it says stop. Generation is one loop, so a compiled
 * engine runs it in one call.
 */
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "./program.ts";

/** What one iteration gives back. */
export interface LoopStep {
  /** The same names, shapes and types as the carried tensors that came in. */
  readonly carried: NamedTensors;
  /** Collected over the iterations; may be empty. */
  readonly outputs: NamedTensors;
  /** Scalar bool: false ends the loop after this iteration. */
  readonly proceed: tf.Tensor;
}

/** A loop of at most `trips` iterations; the body may use any tensor from outside as a constant. */
export interface Loop {
  readonly trips: number;
  readonly carried: NamedTensors;
  /** `iteration` is a scalar int32 from 0. */
  body(iteration: tf.Scalar, carried: NamedTensors): LoopStep;
}

/** Final carried tensors, and outputs stacked to [trips, ...]; zero for iterations that did not run. */
export interface LoopResult {
  readonly carried: NamedTensors;
  readonly outputs: NamedTensors;
}

/** A backend that records ops instead of computing them records a loop as one node. */
export interface LoopRecorder {
  recordLoop(loop: Loop): LoopResult;
}

const isRecorder = (backend: object): backend is LoopRecorder => "recordLoop" in backend;

const select = (condition: tf.Tensor, yes: NamedTensors, no: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(yes).map(([name, value]) => [name, tf.where(condition, value, no[name]!)]));

const zeros = (tensors: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tf.zerosLike(value)]));

const clones = (tensors: NamedTensors): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, tf.clone(value)]));

const collect = (steps: readonly NamedTensors[], trips: number): NamedTensors => {
  const first = steps[0]!;
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => {
      const rows = steps.map((step) => step[name]!);
      while (rows.length < trips) rows.push(tf.zerosLike(value));
      return [name, tf.stack(rows)];
    }),
  );
};

/**
 * WebGPU cannot be read within a program: it runs every iteration, and freezes what is carried once the body has said
 * stop.
 */
const runFrozen = (loop: Loop): LoopResult => {
  let carried = loop.carried;
  let alive: tf.Tensor = tf.scalar(true, "bool");
  const outputs: NamedTensors[] = [];
  for (let i = 0; i < loop.trips; i += 1) {
    const step = loop.body(tf.scalar(i, "int32"), carried);
    outputs.push(select(alive, step.outputs, zeros(step.outputs)));
    carried = select(alive, step.carried, carried);
    alive = tf.logicalAnd(alive, step.proceed);
  }
  return { carried, outputs: collect(outputs, loop.trips) };
};

const runStopping = (loop: Loop): LoopResult => {
  let carried = loop.carried;
  const outputs: NamedTensors[] = [];
  for (let i = 0; i < loop.trips; i += 1) {
    const previous = carried;
    const step = tf.tidy(() => {
      // A body may hand tensors through; clones let those that it was given be disposed all the same.
      const { carried: next, outputs: out, proceed } = loop.body(tf.scalar(i, "int32"), previous);
      return { carried: clones(next), outputs: clones(out), proceed: tf.clone(proceed) };
    });
    if (i > 0) tf.dispose(previous);
    carried = step.carried;
    outputs.push(step.outputs);
    const proceeds = step.proceed.dataSync()[0] === 1;
    step.proceed.dispose();
    if (!proceeds) break;
  }
  return { carried, outputs: collect(outputs, loop.trips) };
};

/**
 * Runs the body up to `trips` times and stops early when `proceed` is false.
 * `RangeError` when `trips` is not a positive integer, or when the body changes the names or shapes that it carries.
 */
export const loop = (definition: Loop): LoopResult => {
  if (!Number.isInteger(definition.trips) || definition.trips < 1) {
    throw new RangeError(`loop: expected a positive whole number of trips, got ${definition.trips}`);
  }
  const checked: Loop = {
    ...definition,
    body(iteration, carried) {
      const step = definition.body(iteration, carried);
      for (const [name, before] of Object.entries(definition.carried)) {
        const after = step.carried[name];
        if (after?.shape.join() !== before.shape.join() || after.dtype !== before.dtype) {
          throw new RangeError(
            `loop: carried "${name}" must stay ${before.dtype} [${before.shape.join(", ")}], got ` +
              `${after === undefined ? "nothing" : `${after.dtype} [${after.shape.join(", ")}]`}`,
          );
        }
      }
      return step;
    },
  };
  const backend = tf.backend();
  if (isRecorder(backend)) return backend.recordLoop(checked);
  return tf.getBackend() === "webgpu" ? runFrozen(checked) : runStopping(checked);
};
