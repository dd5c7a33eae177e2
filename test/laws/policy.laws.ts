/** What every policy must hold, whatever its family and on whatever engine it runs. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { float32, type NamedTensors } from "../../src/engine/program.ts";
import type { Policy, SequenceTensors, Sequences } from "../../src/policies/policy.ts";
import { integer, stream } from "../../src/random/stream.ts";
import type { Padding } from "../../src/rollouts/sampling/pad-prompts.ts";
import { compute, expectGradients, farthest, floats, gradients, ints, noise, type Evaluate, type Value } from "./evaluate.ts";
import { marked, padded } from "./sequences.ts";

const lengths = [4, 1, 3];
const width = 5;
const added = 4;

/** Rows of prompt and continuation tokens. */
const rowsOf = (policy: Policy): number[][] => {
  const uniforms = stream(2, "test", "rows");
  return lengths.map((length) => Array.from({ length: length + added }, () => integer(uniforms, 0, policy.vocabularySize - 1)));
};

/** Weights far from symmetric, so that every part of the policy matters. */
export const roughWeights = (policy: Policy): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(policy.parameters).map(([name, { shape, initial }]) => {
      const center = "value" in initial ? initial.value : 0;
      const around = noise(name, shape, 0.4);
      return [
        name,
        floats(
          shape,
          around.data.map((x: number) => center + x),
        ),
      ];
    }),
  );

const logitsOf = (policy: Policy) => (inputs: NamedTensors) => policy.logits(inputs, inputs as NamedTensors & Sequences);

/** The logits of the positions that are marked, row by row. */
const rowsAt = (logits: ArrayLike<number>, positions: ArrayLike<number>, vocabulary: number): number[][] =>
  Array.from(positions).flatMap((seen, position) =>
    seen === 1 ? [Array.from({ length: vocabulary }, (_, v) => logits[position * vocabulary + v]!)] : [],
  );

/** Logits [N, B, V] of prefill and of every step after it. */
const cachedLogits = (policy: Policy, side: Padding["side"]) => async (evaluate: Evaluate) => {
  const rows = rowsOf(policy);
  const prompts = padded(
    rows.map((row) => row.slice(0, -added)),
    lengths,
    { length: width, padId: 0, side },
  );
  const continuation = ints(
    [rows.length, added],
    rows.flatMap((row) => row.slice(-added)),
  );
  const counts = lengths;
  const capacity = width + added + 1;
  const { logits } = await compute(evaluate, { ...roughWeights(policy), ...prompts, continuation }, (inputs) => {
    const read = policy.decoder.prefill(inputs, inputs as NamedTensors & Sequences, capacity);
    const all: tf.Tensor[] = [read.logits];
    let cache = read.cache;
    for (let i = 0; i < added; i += 1) {
      const slots = Float32Array.from({ length: rows.length * capacity }, (_, at) => {
        const [row, slot] = [Math.floor(at / capacity), at % capacity];
        return slot < width ? prompts.mask.data[row * width + slot]! : Number(slot <= width + i);
      });
      const step = policy.decoder.step(inputs, cache, {
        token: tf.reshape(tf.slice(inputs["continuation"]!, [0, i], [rows.length, 1]), [rows.length]),
        position: tf.tensor1d(
          counts.map((n) => n + i),
          "int32",
        ),
        slot: tf.scalar(width + i, "int32"),
        visible: tf.tensor2d(slots, [rows.length, capacity]),
      });
      all.push(step.logits);
      cache = step.cache;
    }
    return { logits: tf.stack(all) };
  });
  return logits;
};

/**
 * One call for each policy and engine. `from` says where in a row logits begin to mean something: at its first token, or, where an encoder reads
 * the prompt, at the prompt's last. `reads`: whether they depend on the tokens at all.
 */
export const policyLaws = (
  name: string,
  policy: Policy,
  evaluate: Evaluate,
  from: "first token" | "end of prompt" = "first token",
  reads: "tokens" | "nothing" = "tokens",
): void => {
  const weights = roughWeights(policy);
  const vocabulary = policy.vocabularySize;
  const rows = rowsOf(policy);
  const length = Math.max(...rows.map((row) => row.length)) + 2;
  const [toLeft, toRight] = (["left", "right"] as const).map((side): Padding => ({ length, padId: 1, side })) as [Padding, Padding];
  const [left, right] = [padded(rows, lengths, toLeft), padded(rows, lengths, toRight)];
  const meant = (row: number, position: number): boolean => from === "first token" || position >= lengths[row]! - 1;
  const [leftPositions, rightPositions] = [marked(rows, toLeft, meant), marked(rows, toRight, meant)];
  const run = async (sequences: Record<keyof SequenceTensors, Value>): Promise<Float32Array> => {
    const { logits } = await compute(evaluate, { ...weights, ...sequences }, (inputs) => ({ logits: logitsOf(policy)(inputs) }));
    return logits as Float32Array;
  };

  describe(`${name} keeps the laws of a policy`, () => {
    test("logits have one row of the vocabulary for each position", async () => {
      const { shape } = left.tokens;
      expect(await run(left)).toHaveLength(shape[0]! * shape[1]! * vocabulary);
    });

    test("logits are the head of the hidden states", async () => {
      const { logits, headed, size } = await compute(evaluate, { ...weights, ...left }, (inputs) => {
        const hidden = policy.hidden(inputs, inputs as NamedTensors & Sequences);
        return { logits: logitsOf(policy)(inputs), headed: policy.head(inputs, hidden), size: tf.zeros(hidden.shape) };
      });
      const [batch, tokens] = left.tokens.shape as [number, number];
      expect(size).toHaveLength(batch * tokens * policy.hiddenSize);
      expect(headed).toEqual(logits);
    });

    test.each([0, 2])(
      "of positions after prompts alone, states, logits and gradients are those of all, completions up to %d shorter",
      async (shorter) => {
        const names = Object.keys(weights);
        const [batch, tokens] = left.tokens.shape as [number, number];
        const last = added + 1;
        const positions = marked(rows, toLeft, (row, position) => position < rows[row]!.length - Math.min(row, shorter));
        const tail = (x: tf.Tensor3D): tf.Tensor3D => tf.slice(x, [0, tokens - last, 0], [batch, last, x.shape[2]]);
        const found = await compute(evaluate, { ...weights, ...left, mask: floats([batch, tokens], positions) }, (inputs) => {
          const sequences = inputs as NamedTensors & Sequences;
          // Where a row has ended its states mean nothing.
          const seen = tf.expandDims(tf.slice(sequences.mask, [0, tokens - last], [batch, last]), -1);
          const gradients = (logits: (parameters: NamedTensors) => tf.Tensor3D): NamedTensors => {
            const loss = (...tensors: tf.Tensor[]): tf.Scalar =>
              tf.sum(tf.mul(tf.square(logits(Object.fromEntries(names.map((one, i) => [one, tensors[i]!])))), seen));
            const all = tf.grads(loss)(names.map((one) => inputs[one]!));
            return Object.fromEntries(names.map((one, i) => [one, all[i]!]));
          };
          const [few, whole] = [
            gradients((parameters) => policy.logits(parameters, sequences, last)),
            gradients((parameters) => tail(policy.logits(parameters, sequences))),
          ];
          return {
            hidden: policy.hidden(inputs, sequences, last),
            allHidden: tail(policy.hidden(inputs, sequences)),
            logits: policy.logits(inputs, sequences, last),
            allLogits: tail(policy.logits(inputs, sequences)),
            ...Object.fromEntries(
              names.flatMap((one) => [
                [`few ${one}`, few[one]!],
                [`whole ${one}`, whole[one]!],
              ]),
            ),
          };
        });
        expect(found.logits).toHaveLength(batch * last * vocabulary);
        expect(farthest([...found.hidden], [...found.allHidden])).toBeLessThan(1e-5);
        expect(farthest([...found.logits], [...found.allLogits])).toBeLessThan(1e-5);
        const of = (name: string): number[] => Array.from((found as unknown as Record<string, Float32Array>)[name]!);
        for (const one of names) {
          const most = Math.max(1, ...of(`whole ${one}`).map(Math.abs));
          expect(farthest(of(`few ${one}`), of(`whole ${one}`)) / most).toBeLessThan(1e-5);
        }
      },
    );

    test("padding may be left or right", async () => {
      const [a, b] = [rowsAt(await run(left), leftPositions, vocabulary), rowsAt(await run(right), rightPositions, vocabulary)];
      expect(a).toHaveLength(rows.flatMap((row, i) => row.filter((_, t) => meant(i, t))).length);
      expect(farthest(a.flat(), b.flat())).toBeLessThan(1e-5);
    });

    test("tokens in padding change nothing, and all logits are finite", async () => {
      const strange = (value: Value, other: number): Value =>
        ints(
          value.shape,
          value.data.map((x: number, i: number) => (left.mask.data[i] === 1 ? x : other)),
        );
      const plain = await run(left);
      const other = await run({ ...left, tokens: strange(left.tokens, -100), positions: strange(left.positions, 99_999) });
      expect(plain.every(Number.isFinite) && other.every(Number.isFinite)).toBe(true);
      expect(rowsAt(other, leftPositions, vocabulary)).toEqual(rowsAt(plain, leftPositions, vocabulary));
    });

    test("a row without tokens gives finite logits", async () => {
      const emptied = ({ shape, data }: Value): Value =>
        floats(
          shape,
          data.map((x: number, i: number) => (i < length ? 0 : x)),
        );
      const empty = { ...left, mask: emptied(left.mask), prompt: emptied(left.prompt) };
      expect((await run(empty)).every(Number.isFinite)).toBe(true);
    });

    test("a later token does not change an earlier position", async () => {
      const changed = rows.map((row) => row.map((token, t) => (t === row.length - 1 ? (token + 1) % vocabulary : token)));
      const before = rowsAt(await run(right), rightPositions, vocabulary);
      const after = rowsAt(await run(padded(changed, lengths, toRight)), rightPositions, vocabulary);
      const last = rows.flatMap((row, i) => row.flatMap((_, t) => (meant(i, t) ? [t === row.length - 1] : [])));
      before.forEach((values, position) => {
        if (last[position] && reads === "tokens") expect(values).not.toEqual(after[position]);
        else expect(values).toEqual(after[position]);
      });
    });

    test("a row does not depend on the others", async () => {
      const together = rowsAt(await run(right), rightPositions, vocabulary);
      const apart: number[][] = [];
      for (const [i, row] of rows.entries()) {
        const alone = await run(padded([row], [lengths[i]!], { length: row.length, padId: 0, side: "right" }));
        const positions = row.map((_, t) => Number(meant(i, t)));
        apart.push(...rowsAt(alone, positions, vocabulary));
      }
      expect(farthest(together.flat(), apart.flat())).toBeLessThan(1e-5);
    });

    for (const side of ["left", "right"] as const) {
      test(`decoding with a cache gives the same logits, prompts padded ${side}`, async () => {
        const cached = await cachedLogits(policy, side)(evaluate);
        const completions = marked(rows, toRight, (row, position) => position >= lengths[row]! - 1);
        const full = rowsAt(await run(right), completions, vocabulary);
        const expected = Array.from({ length: added + 1 }, (_, i) => rows.map((_row, row) => full[row * (added + 1) + i]!));
        expect(farthest(cached, expected.flat(2))).toBeLessThan(1e-5);
      });
    }

    test("a cache that cannot hold the prompt is refused", async () => {
      const prefill = compute(evaluate, { ...weights, ...left }, (inputs) => ({
        logits: policy.decoder.prefill(inputs, inputs as NamedTensors & Sequences, length - 1).logits,
      }));
      await expect(prefill).rejects.toThrow(/expected a capacity of at least/);
    });

    test("gradients agree with finite differences, and no parameter is left out", async () => {
      const names = Object.keys(policy.parameters);
      const values = { ...weights, ...left };
      const shape = [...left.tokens.shape, vocabulary];
      const sum = noise("weights of the sum", shape, 0.3);
      const masked = floats(
        shape,
        sum.data.map((x: number, i: number) => x * leftPositions[Math.floor(i / vocabulary)]!),
      );
      await expectGradients(evaluate, values, names, masked, logitsOf(policy));
      const found = await gradients(evaluate, values, names, masked, logitsOf(policy));
      for (const name of names)
        expect(
          found[name]!.some((x: number) => x !== 0),
          name,
        ).toBe(true);
    });

    test("a missing parameter is named", async () => {
      const [first, ...others] = Object.keys(policy.parameters);
      const values = { ...Object.fromEntries(others.map((other) => [other, weights[other]!])), ...left };
      await expect(compute(evaluate, values, (inputs) => ({ logits: logitsOf(policy)(inputs) }))).rejects.toThrow(`"${first}"`);
    });

    test("every parameter is float32 with a positive size and a stated start", () => {
      for (const { shape, initial } of Object.values(policy.parameters)) {
        expect(float32(...shape).shape.every((n) => Number.isInteger(n) && n > 0)).toBe(true);
        expect("value" in initial ? Number.isFinite(initial.value) : initial.standardDeviation > 0).toBe(true);
      }
    });
  });
};
