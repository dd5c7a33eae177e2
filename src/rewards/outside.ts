/** What a reward asks besides this process, as its values say it: such a reward costs time, or somebody's money. */
import { modelsNamed } from "./model/reference.ts";

/** Keys under which rewards have others. */
const nested = ["condition", "reward", "rewards"] as const;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What is asked: a server, a sandbox for code, or a model that is loaded for it. */
export type Outside = "a server" | "a sandbox" | "a model";

/** What the reward, or one within it, asks; nothing where all is computed here. */
export const outsideOf = (values: object): Outside | undefined => {
  if ("url" in values) return "a server";
  if ("type" in values && values.type === "code") return "a sandbox";
  if (modelsNamed([values]).length > 0) return "a model";
  const inner = nested.flatMap((key) => (values as Readonly<Record<string, unknown>>)[key] ?? []);
  return inner
    .filter(isObject)
    .map(outsideOf)
    .find((found) => found !== undefined);
};
