/** The student writes alone: on-policy. */
import { define } from "../../plugins/definition.ts";
import type { Behavior } from "./behavior.ts";

/** `type: "student"`: b = q, the student's distribution at the sampling temperature. Needs no teacher. */
export const student = define({
  type: "student",
  summary: "The student draws every token itself.",
  parameters: {},
  create: (): Behavior => ({ name: "student" }),
});
