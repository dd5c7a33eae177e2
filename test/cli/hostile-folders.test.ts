/** Run folders of strangers: pipes, devices and endless lines in place of files. Every command ends, and says what it left out or cannot read. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compiledCommand } from "../fixtures/compiled-command.ts";
import { writeRunFolder } from "../fixtures/run-folders.ts";

const beside = ["metrics.jsonl", "timings.jsonl", "rollouts.jsonl", "trace.json", "log.jsonl", "attempts/0001.json", "code/reward.ts"];

const kinds: Readonly<Record<string, (path: string) => void>> = {
  pipe: (path) => void spawnSync("mkfifo", [path]),
  device: (path) => symlinkSync("/dev/zero", path),
  // 576 MiB without a line's end, more than a text of Node.js can have; they take no room.
  line: (path) => {
    writeFileSync(path, "");
    truncateSync(path, 9 * 2 ** 26);
  },
};

describe.each(Object.entries(kinds))("a %s in place of files", (_, make) => {
  const root = mkdtempSync(join(tmpdir(), "retort-hostile-"));
  const put = (folder: string, name: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    rmSync(join(folder, name), { force: true });
    make(join(folder, name));
  };
  const good = writeRunFolder(root, { values: { seed: 0 }, metrics: { loss: 0.5 } });
  const odd = writeRunFolder(root, { values: { seed: 1 }, metrics: { loss: 0.25 } });
  for (const name of beside) put(odd, name);
  put(writeRunFolder(root, { values: { seed: 2 } }), "manifest.json");
  put(writeRunFolder(root, { values: { seed: 3 } }), "summary.json");

  test.each([
    ["runs", [root], /done[^]*damaged/u],
    ["results", [root, "--json"], /0\.5[^]*damaged/u],
    ["results", [root, "--sql", "SELECT count(*) AS lines FROM metrics"], /metrics\.jsonl/u],
    ["compare", [good, odd], /loss|metrics\.jsonl/u],
    ["report", [root, "--out", join(root, "page.html")], /page\.html|timings\.jsonl/u],
    ["report", [odd, "--out", join(root, "run.html")], /run\.html|timings\.jsonl/u],
    ["export", [root, "--to", "csv", "--target", join(root, "tables")], /damaged/u],
    ["trace", [odd], /error: .*trace\.json.*expected/u],
  ] as const)("%s %j ends", (command, words, said) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--max-old-space-size=400", compiledCommand, command, ...words], {
      encoding: "utf8",
      timeout: 120_000,
    });
    // A hang or a crash has none.
    expect([0, 1, 2], stderr).toContain(status);
    expect(stdout + stderr).toMatch(said);
    expect(stderr).not.toMatch(/\n {4}at /u);
  });
});
