/** A run whose process is killed resumes to the bytes of one that was left alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";
import { attempt, lastingFiles } from "../../../fixtures/interrupted-run.ts";

test("kill -9 and SIGTERM, before the first step and in the middle of others", { timeout: 240_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), "retort-killed-"));
  const cache = join(root, "cache");
  const overrides = ["/training/steps=12", "/evaluation/every=5", "/data/replay/capacity=8", "/training/checkpoints/every=2"];
  const folders = (name: string) => ({ out: join(root, name), cache, overrides });
  expect(await attempt(compiledCommand, folders("whole"))).toMatchObject({ code: 0, errors: "" });

  const killed = folders("killed");
  const codes: (number | null)[] = [];
  for (const ending of [
    { signal: "SIGKILL", steps: 3, wait: 10 },
    { signal: "SIGTERM", steps: 2, wait: 30 },
    { signal: "SIGKILL", steps: 4, wait: 0 },
  ] as const) {
    codes.push((await attempt(compiledCommand, killed, ending)).code);
  }
  expect(codes).toEqual([null, 143, null]);
  const last = await attempt(compiledCommand, killed);
  expect(last).toMatchObject({ code: 0, errors: "" });
  expect(last.events).toContainEqual(expect.objectContaining({ report: expect.objectContaining({ kind: "resumed" }) as object }));
  expect(lastingFiles(killed.out)).toEqual(lastingFiles(folders("whole").out));

  const folder = join(killed.out, "replay", readdirSync(join(killed.out, "replay"))[0]!);
  expect(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"))).toMatchObject({ status: "done", attempt: 4 });
  rmSync(root, { recursive: true });
});
