/** A cell for JavaScript: QuickJS in a thread. */
import { connect } from "../../workers/connect.ts";
import type { Cell, Limits, Trial, Verdict } from "./cell.ts";
import type { JavaScriptHandlers } from "./javascript-worker.ts";

/** Stack of the thread, in MiB, so that QuickJS meets its own limit first. */
const STACK = 64;

/** QuickJS starts in some 5 ms and ends most programs by itself. */
const GRACE = 250;

/** What the first run may take, which compiles the interpreter, in ms. */
const FIRST_TIME = 60_000;

/** Opens a thread that runs JavaScript. */
export const openJavaScript = async (limits: Limits): Promise<Cell> => {
  const worker = new URL("./javascript-worker.ts", import.meta.url);
  const connection = connect<JavaScriptHandlers>(worker, { name: "JavaScript sandbox", grace: 0, stack: STACK });
  let alive = true;
  const end = async (): Promise<void> => {
    alive = false;
    await connection.close().catch(() => undefined);
  };
  const runWithin = async (trial: Trial, within: Limits): Promise<Verdict> => {
    try {
      return await connection.call("run", { trial, limits: within });
    } catch (error) {
      await end();
      throw error;
    }
  };
  const { passed, reason } = await runWithin({ code: "", test: "" }, { ...limits, time: FIRST_TIME });
  if (!passed) throw new Error(`JavaScript sandbox: expected an empty program to run, got: ${reason}`);
  return {
    get alive() {
      return alive;
    },
    grace: GRACE,
    run: (trial) => runWithin(trial, limits),
    end,
  };
};
