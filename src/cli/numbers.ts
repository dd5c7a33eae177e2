/** Numbers on the command line. `InvalidArgumentError` for another text. */
import { InvalidArgumentError } from "commander";

/** Any finite number. */
export const finite = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number, got "${text}"`);
};

/** A finite number from `least` on, a whole one if asked. */
export const numberFrom =
  (least: number, whole = false) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value;
    throw new InvalidArgumentError(`expected a ${whole ? "whole " : ""}number from ${least}, got "${text}"`);
  };
