/** What holds for every exporter: everything that was reported arrives, once, however often it is exported. */
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { Exporter } from "../../src/results/exporters/exporter.ts";
import type { FoundRun } from "../../src/runs/reading/read-runs.ts";
import { exportedRuns, reported } from "../fixtures/exported-runs.ts";

/** How the laws read what an exporter wrote. */
export interface ExportReader {
  /** Where to write to. */
  readonly target: () => string | Promise<string>;
  /** What the format keeps of a number; all of it when left out. */
  readonly kept?: (value: number) => number;
  /** Step, name and value of every metric of a run at the target, as another program would read them. */
  readonly read: (target: string, run: FoundRun) => Promise<readonly (readonly [number, string, number])[]>;
}

const sorted = (rows: readonly (readonly [number, string, number])[]): unknown[] =>
  rows.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map((row) => [...row]);

/** Registers the laws. */
export const exporterLaws = (exporter: Exporter, { target, read, kept = (value) => value }: ExportReader): void => {
  const runs = exportedRuns();
  const send = async (path: string, chosen = runs): Promise<string[]> => {
    const names: string[] = [];
    const exported = (run: FoundRun): void => void names.push(run.record.name);
    await exporter.send({ runs: chosen, target: path, signal: new AbortController().signal, exported });
    return names;
  };
  const check = async (path: string): Promise<void> => {
    for (const [seed, run] of runs.entries())
      expect(sorted(await read(path, run))).toEqual(
        sorted(reported(seed).map(([step, name, value]) => [step, name, kept(value)] as const)),
      );
  };

  test("every metric of every step arrives, and each run is said to be exported", async () => {
    const path = await target();
    expect((await send(path)).toSorted()).toEqual(["run0", "run1"]);
    await check(path);
  });

  test("what is exported again is there once", async () => {
    const path = await target();
    await send(path);
    await send(path);
    await check(path);
  });

  test("a job that is given up after the first run leaves nothing half written, and can be done again", async () => {
    const path = await target();
    const given = new AbortController();
    const reason = new Error("enough");
    const names: string[] = [];
    const exported = (run: FoundRun): void => {
      names.push(run.record.name);
      given.abort(reason);
    };
    await expect(exporter.send({ runs, target: path, signal: given.signal, exported })).rejects.toBe(reason);
    expect(names).toHaveLength(1);
    if (existsSync(path)) expect(readdirSync(path, { recursive: true }).filter((name) => String(name).endsWith(".part"))).toEqual([]);
    await send(path);
    await check(path);
  });

  test("a job that was given up sends nothing", async () => {
    const path = await target();
    const reason = new Error("enough");
    const exported = (): void => expect.fail("a run was exported");
    const given = exporter.send({ runs, target: path, signal: AbortSignal.abort(reason), exported });
    await expect(given).rejects.toBe(reason);
  });
};
