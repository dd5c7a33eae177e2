/**
 * What a reward's own function is given of a completion. A name that is not there is refused when it is read: as
 * `undefined` it would become a reward that is the same for everything.
 */
import type { Rollout } from "../../rollouts/batches/rollout.ts";
import type { Task } from "../../tasks/task.ts";

/** A completion, and what it is a completion of. Reading another name throws. */
export interface RewardExample {
  /** The prompt's text. */
  readonly prompt: string;
  /** The completion's text. */
  readonly completion: string;
  /** A right completion. In a task without references reading it throws, and `"reference" in example` is false. */
  readonly reference: string;
  /** The completion's token ids, its end-of-sequence included where it ended by itself. */
  readonly tokens: readonly number[];
  /** Further texts of the prompt, by name; reading a name that the prompt does not have throws. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Names that are asked of any object, whatever it is: by `await`, by JSON, by consoles. */
const askedOfAll: ReadonlySet<string> = new Set(["then", "toJSON", "inspect", "nodeType", "asymmetricMatch"]);

/** Reads what is there; of other names `refuse` says why not. Symbols, and what every object has, pass through. */
const guarded = <Target extends object>(target: Target, refuse: (name: string) => string): Target =>
  new Proxy(Object.freeze(target), {
    get(from, name) {
      if (typeof name === "symbol" || name in from || askedOfAll.has(name)) return Reflect.get(from, name) as unknown;
      throw Object.assign(new TypeError(refuse(name)), { retryable: false });
    },
  });

/** Where the names of a rollout are now. */
const formerly: Readonly<Record<string, string>> = {
  text: `; the completion's text is "completion"`,
  ...Object.fromEntries(
    ["order", "promptTokens", "finish", "version", "source", "behaviorLogProbs", "rawLogProbs"].map((name) => [
      name,
      `; it is in the second argument, as "rollout.${name}"`,
    ]),
  ),
};

const fieldsOf = (fields: Readonly<Record<string, string>>): RewardExample["fields"] =>
  guarded({ ...fields }, (name) => {
    const known = Object.keys(fields);
    const expected =
      known.length === 0 ? "none, for the prompt has no fields" : `one of the prompt's ${known.join(", ")}`;
    return `fields of an example: expected ${expected}, got ${JSON.stringify(name)}`;
  });

/** The rollout as a function sees it. */
export const exampleOf = (
  { prompt, text, tokens }: Rollout,
  { answered, name: task }: Pick<Task, "answered" | "name">,
): RewardExample => {
  const parts = {
    prompt: prompt.text,
    completion: text,
    ...(answered === false ? {} : { reference: prompt.reference }),
    tokens: Object.freeze(Array.from(tokens)),
    fields: fieldsOf(prompt.fields ?? {}),
  };
  return guarded(parts, (name) => {
    if (name === "reference")
      return (
        `example: expected a task with references, got ${task} without any; leave "reference" out, or ask ` +
        `"reference" in example first`
      );
    const known = ["prompt", "completion", "reference", "tokens", "fields"].filter((one) => one in parts).join(", ");
    const hint = Object.hasOwn(formerly, name) ? formerly[name] : "";
    return `example: expected one of ${known}, got ${JSON.stringify(name)}${hint}`;
  }) as RewardExample;
};
