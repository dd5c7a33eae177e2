/** A teacher with another tokenizer: its rows are where both begin a token, and are those of its own reading of the text. */
import { afterAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/choose.ts";
import { policies } from "../../src/policies/families/index.ts";
import { initialWeights } from "../../src/policies/initialize.ts";
import type { Rollout } from "../../src/rollouts/batches/rollout.ts";
import { foreignTeacher } from "../../src/teachers/foreign.ts";
import { localTeacher } from "../../src/teachers/local.ts";
import { trainBpe } from "../../src/tokenizers/bpe/train.ts";
import { characterTokenizer } from "../../src/tokenizers/characters.ts";
import { pieceTokenizer } from "../../src/tokenizers/pieces.ts";
import { rolloutAt } from "../fixtures/rollouts.ts";

const student = characterTokenizer("0123456789+=;#");
const own = pieceTokenizer(["0", "1", "2", "3", "4", "5", "6", "+", "=", "12", "15", "#"]);
const width = own.vocabularySize;
const never = new AbortController().signal;

const rolloutOf = (text: string, finish: Rollout["finish"]): Rollout => ({
  ...rolloutAt(0, 0),
  prompt: { index: 0, text: "12+3=", reference: "" },
  promptTokens: Int32Array.from(student.encode("12+3=")),
  tokens: Int32Array.of(...student.encode(text), ...(finish === "stop" ? [student.endId] : [])),
  text,
  finish,
});

describe("a foreign teacher", async () => {
  const engine = await openEngine("cpu", { threads: 1 });
  afterAll(() => engine.dispose());
  const policy = policies.create({ type: "ngram", order: 3 }, { vocabularySize: width, contextLength: 12 });
  const options = { policy, weights: initialWeights(policy, 3), temperature: 1, batch: 2, length: 11, padId: own.padId };
  const local = await localTeacher(engine, options);
  const teacher = foreignTeacher(local, { student, teacher: own, length: 11 });
  /** Its rows for a completion that was written in its own tokens. */
  const ownRows = async (text: string, finish: Rollout["finish"]): Promise<Float32Array> => {
    const promptTokens = Int32Array.from(own.encode("12+3="));
    const tokens = Int32Array.of(...own.encode(text), ...(finish === "stop" ? [own.endId] : []));
    return (await local.score([{ ...rolloutOf(text, finish), promptTokens, tokens }], never))[0]!.logProbs;
  };
  const row = (data: Float32Array, at: number): number[] => [...data.subarray(at * width, (at + 1) * width)];

  test("speaks where both tokenizers begin a token, the end of the sequence included", async () => {
    const [score] = await teacher.score([rolloutOf("15#15", "stop")], never);
    expect([...score!.aligned!]).toEqual([1, 0, 1, 1, 0, 1]);
    const rows = await ownRows("15#15", "stop");
    expect([0, 2, 3, 5].map((t) => row(score!.logProbs, t))).toEqual([0, 1, 2, 3].map((t) => row(rows, t)));
    expect(row(score!.logProbs, 1)).toEqual(Array.from({ length: width }, () => 0));
  });

  test("has one answer for each rollout, in order, also when it cannot spell some of them", async () => {
    const scores = await teacher.score(
      [rolloutOf("9", "stop"), rolloutOf("12", "length"), rolloutOf("", "stop"), rolloutOf("1;", "length")],
      never,
    );
    expect(scores.map(({ aligned }) => [...aligned!])).toEqual([[0, 0], [1, 0], [1], [0, 0]]);
    expect(row(scores[1]!.logProbs, 0)).toEqual(row(await ownRows("12", "length"), 0));
    expect(scores.map(({ logProbs }) => logProbs.length)).toEqual([2, 2, 1, 2].map((tokens) => tokens * width));
  });

  test("is silent past its own context", async () => {
    const [score] = await teacher.score([rolloutOf("0123456+=#", "stop")], never);
    // The prompt has 4 of its tokens; of the completion it reads 8, the first of them "0", "12", "3".
    expect([...score!.aligned!]).toEqual([1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0]);
  });

  test("is silent when the prompt alone is longer than its context", async () => {
    const short = foreignTeacher(local, { student, teacher: own, length: 3 });
    const [score] = await short.score([rolloutOf("15", "stop")], never);
    expect([...score!.aligned!]).toEqual([0, 0, 0]);
  });

  test("reads bytes of characters, and is silent for a text that it would write otherwise", async () => {
    const bytes = trainBpe(["12+3=🙂é"], { vocabularySize: 258, minimumCount: 0 });
    const vocabulary = bytes.vocabularySize;
    const bytePolicy = policies.create({ type: "ngram", order: 2 }, { vocabularySize: vocabulary, contextLength: 24 });
    const byteOptions = {
      policy: bytePolicy,
      weights: initialWeights(bytePolicy, 3),
      temperature: 1,
      batch: 1,
      length: 23,
      padId: bytes.padId,
    };
    const byteTeacher = await localTeacher(engine, byteOptions);
    const letters = characterTokenizer("0123456789+=;#🙂");
    const smiling = { ...rolloutOf("", "stop"), tokens: Int32Array.of(...letters.encode("1🙂2"), letters.endId), text: "1🙂2" };
    const [score] = await foreignTeacher(byteTeacher, { student: letters, teacher: bytes, length: 23 }).score([smiling], never);
    expect([...score!.aligned!]).toEqual([1, 1, 1, 1]);
    const other = { ...own, decode: (ids: ArrayLike<number>) => own.decode(ids).replace("12", "21") };
    const [silent] = await foreignTeacher(local, { student, teacher: other, length: 11 }).score([rolloutOf("12", "stop")], never);
    expect([...silent!.aligned!]).toEqual([0, 0, 0]);
  });
});
