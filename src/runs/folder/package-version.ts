/** This package's version. */
import { readFileSync } from "node:fs";

let version: string | undefined;

/** From its package.json. */
export const packageVersion = (): string =>
  (version ??= (
    JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string }
  ).version);
