/** The family of behaviors. */
import { family } from "../../plugins/family.ts";
import { speculative } from "./speculative.ts";
import { student } from "./student.ts";
import { teacherMixed } from "./teacher-mixed.ts";

/** Every behavior that an experiment file can name. */
export const behaviors = family("behavior", [student, teacherMixed, speculative]);

/** One behavior in an experiment file. */
export type BehaviorValues = Parameters<typeof behaviors.create>[0];
