/** Tests of the teachers that a training names. */
import { expect, test } from "vitest";
import { decayOf, singleTeachers } from "../../../src/experiments/schema/teacher-schema.ts";

test("single teachers are found with their pointers", () => {
  const [a, b] = [
    { stage: "a", temperature: 1 },
    { checkpoint: "b", temperature: 2 },
  ];
  expect(singleTeachers(undefined)).toEqual([]);
  expect(singleTeachers(a)).toEqual([{ teacher: a, pointer: "/teacher" }]);
  expect(singleTeachers({ by: "x", routes: { "a/b": a, c: { mixture: [{ teacher: b, weight: 1 }] } } })).toEqual([
    { teacher: a, pointer: "/teacher/routes/a~1b" },
    { teacher: b, pointer: "/teacher/routes/c/mixture/0/teacher" },
  ]);
  expect(
    singleTeachers({
      mixture: [
        { teacher: a, weight: 1 },
        { teacher: b, weight: 1 },
      ],
    }),
  ).toEqual([
    { teacher: a, pointer: "/teacher/mixture/0/teacher" },
    { teacher: b, pointer: "/teacher/mixture/1/teacher" },
  ]);
});

test("an average has a decay, and nothing else has", () => {
  const teachers = [
    { student: "average", temperature: 1 },
    { student: "average", temperature: 1, decay: 0.5 },
    { student: "initial", temperature: 1 },
    { stage: "a", temperature: 1 },
  ] as const;
  expect(teachers.map(decayOf)).toEqual([0.99, 0.5, undefined, undefined]);
});
