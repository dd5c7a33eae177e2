/** How this command is started again, in another process. */
import { resolve } from "node:path";

/** Node with the flags that it has here, and the file. */
export const ownCommand = (): readonly string[] => [
  process.execPath,
  ...process.execArgv,
  resolve(process.argv[1] ?? ""),
];
