/** Where a worker's code is, and how Node starts it: compiled JavaScript plainly, TypeScript through tsx. */
import { existsSync } from "node:fs";

/** What starts a worker. */
export interface WorkerFile {
  readonly url: URL;
  /** Node options of the worker. */
  readonly execArgv: string[];
}

/** Node's hook for TypeScript in this thread only: `--import tsx` does nothing in a worker of Node 20. */
const typeScriptHook = (): string => {
  const api = import.meta.resolve("tsx/esm/api");
  return `data:text/javascript,${encodeURIComponent(`import { register } from ${JSON.stringify(api)}; register();`)}`;
};

/**
 * Finds the file of a worker that the source names with `.ts`: itself where it exists, else the `.js` beside it that it
 * was compiled to.
 */
export const workerFile = (url: URL): WorkerFile => {
  if (!url.pathname.endsWith(".ts")) return { url, execArgv: [] };
  return existsSync(url)
    ? { url, execArgv: ["--import", typeScriptHook()] }
    : { url: new URL(url.href.replace(/\.ts(?=$|[?#])/, ".js")), execArgv: [] };
};
