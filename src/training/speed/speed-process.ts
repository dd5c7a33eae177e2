/**
 * The process that measures engines: `node speed-process.js <threads> <name>...` writes `EngineSpeed`s, or why not, as
 * one line of JSON.
 */
import jstat from "jstat";
import { openEngine } from "../../engine/choose.ts";
import type { EngineName } from "../../engine/names.ts";
import { openDraw, openUpdate, sampling, training, type Work } from "./work.ts";
import type { EngineSpeed } from "./engine-speed.ts";

/** Runs after the first, which compiles. */
const rounds = 5;

const timed = async (work: Work): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Both works on one engine, after a first run that compiles. */
const opened = async (name: EngineName, threads: number) => {
  const engine = await openEngine(name, { threads });
  const works = [await openUpdate(engine, training), await openDraw(engine, sampling)] as const;
  for (const work of works) await work();
  return { name, works, times: [[], []] as [number[], number[]] };
};

const measure = async (names: readonly EngineName[], threads: number): Promise<EngineSpeed[]> => {
  const contestants: Awaited<ReturnType<typeof opened>>[] = [];
  for (const name of names) contestants.push(await opened(name, threads));
  for (let round = 0; round < rounds; round += 1)
    for (const { works, times } of contestants) for (const i of [0, 1] as const) times[i].push(await timed(works[i]));
  return contestants.map(({ name, times: [updates, draws] }) => ({
    engine: name,
    update: jstat.jStat.median(updates),
    draw: jstat.jStat.median(draws),
  }));
};

const [threads, ...names] = process.argv.slice(2);
const answer = await measure(names as EngineName[], Number(threads)).catch((error: unknown) => ({
  failure: error instanceof Error ? error.message : String(error),
}));
process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0));
