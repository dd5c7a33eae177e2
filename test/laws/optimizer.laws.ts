/**
 * The laws of an optimizer: other implementations' steps, on every engine; the same for a parameter alone as in a pack; and slots that its
 * steps give in the shapes that it says.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { float32, sizeOf, type Program, type TensorSpec } from "../../src/engine/program.ts";
import type { Weights } from "../../src/policies/policy.ts";
import { batchSpecs } from "../../src/training/batch/collate.ts";
import { applyOptimizer, scalarSpecs, scalarValues } from "../../src/training/learner/apply-optimizer.ts";
import { clipFactor, globalNorm } from "../../src/training/learner/gradients.ts";
import { stateShapes, stateSpecs } from "../../src/training/learner/optimizer-state.ts";
import { packArrays, packsFor, unpackArrays } from "../../src/training/learner/packing.ts";
import { optimizers, type OptimizerValues } from "../../src/training/optimizers/index.ts";
import type { Optimizer } from "../../src/training/optimizers/optimizer.ts";
import { presentEngines } from "../engine/present.ts";
import { batchShape } from "../fixtures/batches.ts";
import { farthest, noise } from "./evaluate.ts";

type Arrays = Readonly<Record<string, readonly number[]>>;

interface Reference {
  readonly clipNorm: number;
  readonly factors: readonly number[];
  readonly problems: Readonly<Record<string, { readonly shapes: Arrays; readonly initial: Arrays; readonly gradients: readonly Arrays[] }>>;
  readonly cases: readonly {
    readonly name: string;
    readonly problem: string;
    readonly settings: OptimizerValues;
    readonly steps: readonly Arrays[];
  }[];
}

const reference = JSON.parse(readFileSync("test/fixtures/optimizers_reference.json", "utf8")) as Reference;

/** What float32 may be off after any of the steps. */
const tolerance = 1e-5;

const asFloats = (arrays: Arrays): Weights =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Float32Array.from(values)]));

const specsOf = (shapes: Arrays) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, initial: { value: 0 } }]));

/** Steps of an optimizer on packs from given gradients, as the update program takes them from those of a loss. */
const applyProgram = (shapes: Arrays, optimizer: Optimizer, clipNorm: number): Program => {
  const packs = packsFor(specsOf(shapes));
  const gradients = packs.map(({ name, size }): [string, TensorSpec] => [`gradients/${name}`, float32(size)]);
  return {
    name: "apply",
    inputs: { ...stateSpecs(packs, optimizer), ...scalarSpecs(optimizer), ...Object.fromEntries(gradients) },
    build(inputs) {
      const packed = Object.fromEntries(packs.map(({ name }) => [name, inputs[`gradients/${name}`]!]));
      return applyOptimizer(packs, optimizer, inputs, packed, clipFactor(globalNorm(packed), clipNorm));
    },
  };
};

/** The parameters after each step from zero slots. */
const stepsOn = async (
  engine: Engine,
  optimizer: Optimizer,
  { shapes, initial, gradients }: Reference["problems"][string],
  clipNorm = reference.clipNorm,
): Promise<readonly Weights[]> => {
  const packs = packsFor(specsOf(shapes));
  const program = applyProgram(shapes, optimizer, clipNorm);
  const executable = await engine.compile(program);
  const of = (arrays: Arrays, prefix: string) =>
    packs.map((pack) => [`${prefix}/${pack.name}`, packArrays("test", pack, asFloats(arrays))] as const);
  const zeros = Object.entries(stateSpecs(packs, optimizer)).map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))] as const);
  let state = new Map<string, Float32Array>(zeros);
  for (const [name, values] of of(initial, "parameters")) state.set(name, values);
  const after: Weights[] = [];
  for (const [index, each] of gradients.entries()) {
    const scalars = Object.entries(scalarValues(optimizer, reference.factors[index]!, index + 1));
    const given = [...state, ...of(each, "gradients"), ...scalars.map(([name, value]) => [name, Float32Array.of(value)] as const)];
    const buffers = Object.fromEntries(given.map(([name, data]) => [name, engine.upload(data.slice(), program.inputs[name]!)]));
    const outputs = await executable.run(buffers);
    const next = new Map<string, Float32Array>();
    for (const [name, buffer] of Object.entries(outputs)) next.set(name, (await engine.take(buffer)).slice() as Float32Array);
    for (const buffer of Object.values(buffers)) buffer.dispose();
    expect([...next.keys()].toSorted()).toEqual([...state.keys()].toSorted());
    for (const [name, values] of next) expect(values.length).toBe(state.get(name)!.length);
    state = next;
    after.push(Object.assign({}, ...packs.map((pack) => unpackArrays(pack, state.get(`parameters/${pack.name}`)!))) as Weights);
  }
  await executable.dispose();
  return after;
};

const withEngine = async <T>(name: (typeof presentEngines)[number], work: (engine: Engine) => Promise<T>): Promise<T> => {
  const engine = await openEngine(name, { threads: 1 });
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
};

/** Values of one optimizer, as a file with nothing but these has them. */
const casesOf = (type: OptimizerValues["type"]): Reference["cases"] => reference.cases.filter(({ settings }) => settings.type === type);

const reserved = ["parameters", "frozen", "average", "earlier", "metrics", "gradients", "optimizer"];

/** All laws, for every set of values that the reference has of this type. */
export const optimizerLaws = (type: OptimizerValues["type"]): void => {
  const cases = casesOf(type);

  test("the reference has steps of it, clipped and not", () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { steps } of cases) expect(steps).toHaveLength(50);
    const norms = reference.problems["small"]!.gradients.map((each) => Math.hypot(...Object.values(each).flat()));
    expect(norms.some((norm) => norm < reference.clipNorm)).toBe(true);
    expect(norms.some((norm) => norm > reference.clipNorm)).toBe(true);
  });

  describe.each(presentEngines)("on %s", (engineName) => {
    test.each(cases.map((one) => [one.name, one] as const))("makes the steps of the reference: %s", (_name, { problem, settings, steps }) =>
      withEngine(engineName, async (engine) => {
        const after = await stepsOn(engine, optimizers.create(settings), reference.problems[problem]!);
        const worst = after.map((weights, i) =>
          Math.max(...Object.entries(steps[i]!).map(([name, values]) => farthest(weights[name]!, values))),
        );
        expect(Math.max(...worst)).toBeLessThan(tolerance);
      }),
    );
  });

  test.each(cases.map((one) => [one.name, one] as const))(
    "changes parameters in one pack as each alone: %s",
    (_name, { settings, problem }) =>
      withEngine("cpu", async (engine) => {
        const { shapes, initial, gradients } = reference.problems[problem]!;
        const few = gradients.slice(0, 3);
        const together = await stepsOn(engine, optimizers.create(settings), { shapes, initial, gradients: few }, 1e6);
        for (const name of Object.keys(shapes)) {
          const only = (arrays: Arrays): Arrays => ({ [name]: arrays[name]! });
          const own = { shapes: only(shapes), initial: only(initial), gradients: few.map(only) };
          const alone = await stepsOn(engine, optimizers.create(settings), own, 1e6);
          expect(alone.map((weights) => weights[name])).toEqual(together.map((weights) => weights[name]));
        }
      }),
  );

  test.each(cases.map((one) => [one.name, one] as const))("says the shapes of what it keeps: %s", (_name, { settings }) => {
    const optimizer = optimizers.create(settings);
    const shapes = { "layers.0.cube": [2, 3, 4], "layers.0.matrix": [3, 5], "layers.0.vector": [6], "layers.0.one": [1] };
    const { clipNorm } = reference;
    for (const [name, shape] of Object.entries(shapes)) {
      const rule = optimizer.rule({ name, shape });
      expect(optimizer.rule({ name, shape })).toBe(rule);
      const kept = rule.slots(shape);
      expect(Object.keys(kept).filter((slot) => reserved.includes(slot))).toEqual([]);
      if (rule.elementwise) for (const own of Object.values(kept)) expect(own).toEqual(shape);
      tf.tidy(() => {
        const arrays = {
          parameter: tf.ones(shape),
          slots: Object.fromEntries(Object.entries(kept).map(([slot, own]) => [slot, tf.zeros([...own])])),
        };
        const scalars = Object.fromEntries(Object.entries(optimizer.scalars(1, 1)).map(([key, value]) => [key, tf.scalar(value)]));
        const gradient = { value: tf.tensor(noise(name, shape).data, shape), scale: tf.scalar(1 / clipNorm) };
        const next = rule.step(arrays, gradient, scalars);
        expect(next.parameter.shape).toEqual(shape);
        expect(Object.fromEntries(Object.entries(next.slots).map(([slot, tensor]) => [slot, tensor.shape]))).toEqual(kept);
      });
    }
    const specs = specsOf(shapes);
    expect([...stateShapes(specs, optimizer).keys()][0]).toBe("parameters");
    expect(Object.keys(scalarSpecs(optimizer)).filter((name) => name in batchSpecs(batchShape, []))).toEqual([]);
  });
};
