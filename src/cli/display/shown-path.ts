/** Paths as a person reads them. */
import { isAbsolute, relative, resolve } from "node:path";
import { visible } from "../../files/visible.ts";

/** From the working folder for what is in it, and else from the root; without control characters. */
export const shownPath = (path: string): string => {
  const near = relative(process.cwd(), resolve(path));
  return visible(near === "" ? "." : isAbsolute(near) || /^\.\.(?:[\\/]|$)/u.test(near) ? resolve(path) : near);
};
