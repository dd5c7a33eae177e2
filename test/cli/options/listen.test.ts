/** Tests of what the commands that serve have in common. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { listen } from "../../../src/cli/options/listen.ts";
import type { Route } from "../../../src/remote/server.ts";
import { recorder } from "../recorder.ts";

test("Ctrl-C lets what is at work end; afterwards the process has its own handlers again", async () => {
  const before = process.listenerCount("SIGINT");
  let begin: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const slow: Route = {
    method: "GET",
    path: "/slow",
    async answer() {
      begin?.();
      await sleep(50);
      return "done";
    },
  };
  const { terminal, output } = recorder();
  const served = listen([slow], "something", { host: "127.0.0.1", port: 0 }, terminal);
  await vi.waitFor(() => expect(output()).toMatch(/\n$/));
  const asked = fetch(`${output().trim()}/slow`);
  await begun;
  process.emit("SIGINT");
  expect(await (await asked).json()).toBe("done");
  await served;
  expect(process.listenerCount("SIGINT")).toBe(before);
});
