/** A command that serves, started inside of a test. */
import { expect, vi } from "vitest";
import { main } from "../../src/cli/program.ts";
import { recorder } from "./recorder.ts";

/** Starts it, waits for its address, and gives what ends it as Ctrl-C does. */
export const serving = async (...args: readonly string[]) => {
  const { terminal, output, errors } = recorder();
  const ended = main([...args, "--port", "0"], terminal);
  const early = ended.then((code) => {
    if (output() === "") throw new Error(`ended with ${code}: ${errors()}`);
  });
  await Promise.race([vi.waitFor(() => expect(output()).toMatch(/\n$/), { timeout: 120_000, interval: 20 }), early]);
  const end = (): Promise<number> => {
    process.emit("SIGINT");
    return ended;
  };
  return { url: output().trim(), errors, end };
};
