/** Work that signals of the system stop gently. */
import { describe, expect, test } from "vitest";
import { InterruptedError } from "../../../src/cli/display/exit-codes.ts";
import { interruptible } from "../../../src/cli/display/interruptible.ts";

const display = () => {
  const notes: string[] = [];
  return { notes, close: () => undefined, note: (text: string) => void notes.push(text) };
};

/** Waits for the signal, and continues for a moment as work does that writes a checkpoint. */
const work = async (signal: AbortSignal): Promise<void> => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await Promise.resolve();
  signal.throwIfAborted();
};

describe("a signal", () => {
  test.each([
    ["SIGINT", 130, "stopping; press Ctrl-C again to stop at once"],
    ["SIGTERM", 143, "SIGTERM: stopping"],
    ["SIGHUP", 129, "SIGHUP: stopping"],
    ["SIGUSR1", 138, "SIGUSR1: stopping"],
  ] as const)("%s aborts the work, says so, and gives what shells give", async (name, code, note) => {
    const shown = display();
    const before = process.listenerCount(name);
    const ended = interruptible(shown, work);
    process.emit(name, name);
    const error: unknown = await ended.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InterruptedError);
    expect((error as InterruptedError).code).toBe(code);
    expect(shown.notes).toEqual([note]);
    expect(process.listenerCount(name)).toBe(before);
  });

  test("is the reason even when the work ends as if nothing had happened", async () => {
    const ended = interruptible(display(), async (signal) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    process.emit("SIGTERM", "SIGTERM");
    await expect(ended).rejects.toBeInstanceOf(InterruptedError);
  });
});

test("work that fails by itself says why", async () => {
  await expect(interruptible(display(), () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});
