/** A teacher behind a folder of its scores: it is asked for what is not there, and for nothing else. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rollout } from "../../../src/rollouts/batches/rollout.ts";
import { scoreFolder } from "../../../src/teachers/scores/folder.ts";
import { MissingScoreError, storedTeacher } from "../../../src/teachers/scores/stored.ts";
import type { Teacher, TeacherScore } from "../../../src/teachers/teacher.ts";
import { rolloutGrid } from "../../fixtures/rollouts.ts";

const rollouts = rolloutGrid(3, 2);
const { signal } = new AbortController();
const vocabularySize = 4;
const size = { width: vocabularySize, ids: false };
const scoreOf = ({ order }: Rollout): TeacherScore => ({
  logProbs: Float32Array.from({ length: 3 * vocabularySize }, (_, i) => -i - order.prompt - order.sample / 8),
});

let root = "";
let asked: Rollout[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "retort-stored-"));
  asked = [];
});
afterEach(() => rmSync(root, { recursive: true }));

/** A teacher that counts, and has no score for the sequence at [2, 1]. */
const counting: Teacher = {
  vocabularySize,
  score: (given) => {
    asked.push(...given);
    return Promise.resolve(given.map((rollout) => (rollout === rollouts[5] ? new Error("none of this one") : scoreOf(rollout))));
  },
};
const options = () => ({ folder: scoreFolder(root, "counting", 1e6), size, vocabularySize });

test("scores are the teacher's, in their order, and each is asked for once", async () => {
  const teacher = storedTeacher({ ...options(), teacher: counting });
  const first = await teacher.score(rollouts.slice(0, 3), signal);
  expect(first).toEqual(rollouts.slice(0, 3).map((rollout) => ({ ...scoreOf(rollout), stored: false })));
  const mixed = [4, 1, 3, 0, 2].map((i) => rollouts[i]!);
  const second = await storedTeacher({ ...options(), teacher: counting }).score(mixed, signal);
  expect(second).toEqual(
    mixed.map((rollout) => ({ ...scoreOf(rollout), stored: mixed.indexOf(rollout) !== 0 && rollout !== rollouts[3] })),
  );
  expect(asked).toEqual([0, 1, 2, 4, 3].map((i) => rollouts[i]));
});

test("an error is passed on and not kept", async () => {
  const teacher = storedTeacher({ ...options(), teacher: counting });
  for (let k = 0; k < 2; k += 1)
    expect(await teacher.score([rollouts[5]!, rollouts[0]!], signal)).toMatchObject([{ message: "none of this one" }, {}]);
  expect(asked).toEqual([5, 0, 5].map((i) => rollouts[i]));
});

test("a damaged score is asked for again, and mended", async () => {
  const teacher = storedTeacher({ ...options(), teacher: counting });
  await teacher.score([rollouts[0]!], signal);
  const [path] = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(root, name)).isFile());
  writeFileSync(join(root, path!), "damage");
  expect(await teacher.score([rollouts[0]!], signal)).toEqual([{ ...scoreOf(rollouts[0]!), stored: false }]);
  expect(await teacher.score([rollouts[0]!], signal)).toEqual([{ ...scoreOf(rollouts[0]!), stored: true }]);
  expect(asked).toHaveLength(2);
});

test("without a teacher, what is missing is an error that no retry mends", async () => {
  await storedTeacher({ ...options(), teacher: counting }).score([rollouts[1]!], signal);
  const [absent, there] = await storedTeacher(options()).score([rollouts[0]!, rollouts[1]!], signal);
  expect(there).toEqual({ ...scoreOf(rollouts[1]!), stored: true });
  expect(absent).toBeInstanceOf(MissingScoreError);
  expect(absent).toMatchObject({
    retryable: false,
    message: expect.stringMatching(
      /^stored scores: expected a score of .*0.* at \/.*, got none; set the teacher's scores\.ask to true/,
    ) as string,
  });
});
