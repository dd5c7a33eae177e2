/** What holds for every divergence. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type Program } from "../../src/engine/program.ts";
import { between } from "../../src/objectives/divergences/between.ts";
import type { Divergence } from "../../src/objectives/divergences/divergence.ts";
import { normal, stream } from "../../src/random/stream.ts";
import type { Evaluate } from "./evaluate.ts";
import { finiteDifferences, logSoftmax, type ReferenceDivergence } from "../objectives/reference.ts";

/** The divergence of every position, and the gradient of their sum with respect to the student's logits. */
export const divergenceProgram = (
  divergence: Divergence,
  shape: readonly number[],
  teacherShape = shape,
): Program<"teacher" | "student", "value" | "gradient"> => ({
  name: divergence.name,
  inputs: { teacher: float32(...teacherShape), student: float32(...shape) },
  build: ({ teacher, student }) => ({
    value: between(divergence, teacher, student),
    gradient: tf.grad((logits) => tf.sum(between(divergence, teacher, logits)))(student),
  }),
});

const vocabulary = 6;

interface Position {
  readonly teacher: readonly number[];
  readonly student: readonly number[];
}

const randomPositions = (count: number, scale: number): readonly Position[] =>
  Array.from({ length: count }, (_, i) => {
    const uniforms = stream(11, "test", i);
    const logits = (): number[] => Array.from({ length: vocabulary }, () => scale * normal(uniforms));
    return { teacher: logSoftmax(logits()), student: logits() };
  });

/** Positions at which a careless formula overflows, underflows or divides zero by zero. */
const extremePositions: readonly Position[] = [
  { teacher: logSoftmax([80, -80, 0, 0, 80, -80]), student: [-80, 80, 0, 1, -80, 80] },
  { teacher: logSoftmax([80, 0, 0, 0, 0, 0]), student: [80, -80, -80, -80, -80, -80] },
  { teacher: logSoftmax([0, 0, 0, 0, 0, 0]), student: [80, -80, -80, -80, -80, -80] },
  { teacher: logSoftmax([80, -80, -80, -80, -80, -80]), student: [0, 0, 0, 0, 0, 0] },
  { teacher: [0, -200, -200, -200, -200, -200], student: [1, 2, 3, 4, 5, 6] },
  { teacher: [-200, -200, -200, -200, -200, 0], student: [80, 0, 0, 0, 0, -80] },
];

const flat = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat());

const rows = (data: ArrayLike<number>): number[][] =>
  Array.from({ length: data.length / vocabulary }, (_, i) => Array.from(data).slice(i * vocabulary, (i + 1) * vocabulary));

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i += 1) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]!));
    expect(Math.abs(actual[i]! - expected[i]!), `at ${i}: expected ${expected[i]}, got ${actual[i]}`).toBeLessThanOrEqual(bound);
  }
};

/** What the laws need beside the divergence. */
export interface DivergenceLaws {
  readonly evaluate: Evaluate;
  /** The divergence in double precision, from its definition. */
  readonly reference: ReferenceDivergence;
  /** Whose derivative the gradient at a position is, for a divergence that holds weights constant; the reference when left out. */
  readonly held?: (teacher: readonly number[], student: readonly number[]) => ReferenceDivergence;
  /** It has a kink where teacher and student agree: there the gradient is only a subgradient, no larger than the token's probability. */
  readonly kinked?: boolean;
}

/** Runs the laws for one divergence on one engine. */
export const divergenceLaws = (
  divergence: Divergence,
  { evaluate, reference, held = () => reference, kinked = false }: DivergenceLaws,
): void => {
  const at = (positions: readonly Position[]) => {
    const teacher = flat(positions.map((position) => position.teacher));
    const student = flat(positions.map((position) => position.student));
    return { teacher, student, run: () => evaluate(divergenceProgram(divergence, [positions.length, vocabulary]), { teacher, student }) };
  };

  describe(`laws of a divergence: ${divergence.name}`, () => {
    test.each([
      ["ordinary", randomPositions(20, 2)],
      ["extreme", extremePositions],
    ])("values and gradients are those of the definition at %s positions", async (_, positions) => {
      const { teacher, student, run } = at(positions);
      const { value, gradient } = await run();
      const teachers = rows(teacher);
      const students = rows(student);
      expectClose(
        value,
        teachers.map((p, i) => reference(p, students[i]!)),
        1e-5,
      );
      const exact = teachers.map((p, i) => {
        const differentiated = held(p, students[i]!);
        return finiteDifferences((z) => differentiated(p, z), students[i]!);
      });
      expectClose(gradient, exact.flat(), 1e-5);
    });

    test("it is above zero where teacher and student differ", async () => {
      const { value } = await at(randomPositions(50, 4)).run();
      expect(Math.min(...value)).toBeGreaterThan(1e-3);
    });

    test("identical teacher and student give zero and a zero gradient", async () => {
      const positions = [...randomPositions(10, 3), ...extremePositions].map(({ student }) => ({ teacher: logSoftmax(student), student }));
      const { value, gradient } = await at(positions).run();
      expectClose(value, new Float32Array(value.length), 1e-5);
      const bounds = positions.flatMap(({ teacher }) => teacher.map((logP) => (kinked ? Math.exp(logP) : 0) + 1e-5));
      for (const [i, bound] of bounds.entries()) expect(Math.abs(gradient[i]!), `at ${i}`).toBeLessThanOrEqual(bound);
    });

    test("merging tokens never raises it, or a bucket of them is refused with the reason", async () => {
      if (divergence.refusesTail !== undefined) {
        expect(divergence.refusesTail).toMatch(/\w{3}/);
        return;
      }
      const positions = randomPositions(20, 3);
      const { value } = await at(positions).run();
      const kept = 3;
      const merge = (logs: readonly number[]): number[] => [
        ...logs.slice(0, kept),
        Math.log(logs.slice(kept).reduce((sum, z) => sum + Math.exp(z), 0)),
      ];
      const merged = await evaluate(divergenceProgram(divergence, [positions.length, kept + 1]), {
        teacher: flat(positions.map(({ teacher }) => merge(teacher))),
        student: flat(positions.map(({ student }) => merge(student))),
      });
      for (const [i, whole] of value.entries()) expect(merged.value[i]!, `at ${i}`).toBeLessThanOrEqual(whole + 1e-5);
    });

    test("a shift of a position's logits changes nothing", async () => {
      const positions = randomPositions(10, 2);
      const before = await at(positions).run();
      const after = await at(positions.map(({ teacher, student }) => ({ teacher, student: student.map((z) => z + 16) }))).run();
      expectClose(after.value, before.value, 2e-5);
      expectClose(after.gradient, before.gradient, 2e-5);
    });

    test("a position's gradient sums to zero", async () => {
      const { gradient } = await at(randomPositions(20, 2)).run();
      for (const row of rows(gradient)) expect(Math.abs(row.reduce((sum, g) => sum + g, 0))).toBeLessThan(1e-5);
    });

    test("any teacher log-probs that are finite, even where nothing was scored, give finite values and gradients", async () => {
      const { value, gradient } = await at([{ teacher: [0, 0, 0, 0, 0, 0], student: [1, 2, 3, 4, 5, 6] }]).run();
      expect([...value, ...gradient].every(Number.isFinite)).toBe(true);
    });

    test("the shape is the student's without the vocabulary", async () => {
      const { teacher, student, run } = at(randomPositions(6, 2));
      const flatResult = await run();
      const result = await evaluate(divergenceProgram(divergence, [2, 3, vocabulary]), { teacher, student });
      expectClose(result.value, flatResult.value, 1e-6);
      expectClose(result.gradient, flatResult.gradient, 1e-6);
      expect(tf.tidy(() => between(divergence, tf.zeros([1, 3, 4]), tf.zeros([1, 3, 4])).shape)).toEqual([1, 3]);
    });

    test("the teacher gets no gradient", async () => {
      const { teacher, student } = at(randomPositions(6, 2));
      const shape = [6, vocabulary];
      const leaking: Program<"x" | "y", "all" | "frozen"> = {
        name: "teacher",
        inputs: { x: float32(...shape), y: float32(...shape) },
        build: ({ x, y }) => ({
          all: tf.grad((z) => tf.sum(between(divergence, tf.logSoftmax(tf.add(z, y)), z)))(x),
          frozen: tf.grad((z) => tf.sum(between(divergence, tf.logSoftmax(tf.add(x, y)), z)))(x),
        }),
      };
      const { all, frozen } = await evaluate(leaking, { x: student, y: teacher });
      expect(all).toEqual(frozen);
      expect(Math.max(...frozen.map(Math.abs))).toBeGreaterThan(1e-3);
    });

    test("vocabularies that differ are refused with both shapes", async () => {
      const program = divergenceProgram(divergence, [2, 5], [2, 6]);
      const inputs = { teacher: new Float32Array(12), student: new Float32Array(10) };
      await expect(async () => evaluate(program, inputs)).rejects.toThrow(/\[2, 5\].*\[2, 6\].*vocabulary/);
    });
  });
};
