/** The family of tasks. */
import { family } from "../plugins/family.ts";
import { arithmetic } from "./arithmetic.ts";
import { prompts } from "./prompts.ts";
import { reports } from "./reports.ts";

/** Every task that an experiment file can name. */
export const tasks = family("task", [arithmetic, prompts, reports]);

/** A task in an experiment file. */
export type TaskValues = Parameters<typeof tasks.create>[0];
