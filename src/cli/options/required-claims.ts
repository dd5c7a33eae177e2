/** For commands that judge claims: the file must make some. */
import { InvalidArgumentError } from "commander";
import { shownPath } from "../display/shown-path.ts";

/** `InvalidArgumentError` when the experiment file makes no claims. */
export const requireClaims = (file: string, claims: readonly unknown[]): void => {
  if (claims.length > 0) return;
  throw new InvalidArgumentError(
    `${shownPath(file)}: expected "claims", got none; add what the trials are to show (retort schema describes it)`,
  );
};
