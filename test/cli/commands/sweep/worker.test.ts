/** Tests of `retort worker` in a process of its own; what it does with trials is tested in test/experiments/executors. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { compiledCommand } from "../../../fixtures/compiled-command.ts";

test("waits for a Redis that is not there, says where, and ends by a signal", async () => {
  const words = [compiledCommand, "worker", "--redis", "redis://:secret@127.0.0.1:1", "--out", "/shared/runs"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!said.includes("trying again")) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([143, null]);
  expect(said).toContain("waiting for trials of sweeps in /shared/runs, at redis://127.0.0.1:1; Ctrl-C stops\n");
  expect(said).not.toContain("secret");
});
