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
    if (text.trim() !== "" && value >= least && Number.isFinite(value) && (!whole || Number.isSafeInteger(value)))
      return value;
    throw new InvalidArgumentError(`expected a ${whole ? "whole " : ""}number from ${least}, got "${text}"`);
  };

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Bytes: `20GiB`, `500 MB`, `1000`. */
export const bytesFrom = (text: string): number => {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?) *([a-z]*)$/iu.exec(text.trim()) ?? [];
  const size = units[unit.toUpperCase()];
  if (number !== "" && size !== undefined) return Number(number) * size;
  throw new InvalidArgumentError(`expected a size such as 20GiB or 500MB, got "${text}"`);
};

const milliseconds: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, min: 60e3, h: 3600e3 };

/** A time in milliseconds: `3h`, `45m` or `45min`, `90s`, `2h30m`. */
export const durationFrom = (text: string): number => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?) *(h|min|m|s) */gu)];
  const time = parts.reduce((total, [, number, unit]) => total + Number(number) * milliseconds[unit!]!, 0);
  if (parts.map(([part]) => part).join("") === text.trim() && time > 0) return time;
  throw new InvalidArgumentError(`expected a time such as 3h, 45m or 2h30m, got "${text}"`);
};
