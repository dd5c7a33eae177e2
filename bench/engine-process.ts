/**
 * One engine in a process of its own: for each work that the parent names it runs it once and answers how long it took.
 */
import { answer } from "./contest.ts";
import type { Work } from "../src/training/speed/work.ts";
import { openWorks, type Contestant, type WorkName } from "./work.ts";

/** An answer to the parent. */
export interface Timing {
  readonly milliseconds: number;
  /** The work's own number, equal on all engines but for rounding. */
  readonly check: number;
}

const works = openWorks(JSON.parse(process.argv[2]!) as Contestant);
const opened = new Map<WorkName, Promise<Work>>();

const run = async (name: WorkName): Promise<Timing> => {
  const open = (await works)[name];
  const work = opened.get(name) ?? open();
  opened.set(name, work);
  const once = await work;
  const start = performance.now();
  const check = await once();
  return { milliseconds: performance.now() - start, check };
};

answer((name) => run(name as WorkName));
