/** The thread in which JavaScript of unknown intent runs. */
import { serve } from "../../workers/serve.ts";
import type { Limits, Trial, Verdict } from "./cell.ts";
import { QuickJs } from "./quickjs.ts";

const quickJs = new QuickJs();

const handlers = {
  run: async ({ trial, limits }: { readonly trial: Trial; readonly limits: Limits }): Promise<{ value: Verdict }> => ({
    value: await quickJs.run(trial, limits),
  }),
};

/** The calls that the thread answers. */
export type JavaScriptHandlers = typeof handlers;

serve(handlers);
