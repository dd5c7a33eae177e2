/** This package's version. */
import { readFileSync } from "node:fs";

/** From its package.json. */
export const packageVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return version;
};
