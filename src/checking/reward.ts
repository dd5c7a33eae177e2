/** The laws of a reward of the user's. */
import type { Reward } from "../rewards/reward.ts";
import type { Rollout } from "../rollouts/batches/rollout.ts";
import { demand, tryLaw, type LawResult } from "./law.ts";
import type { RewardExamples } from "./reward-examples.ts";

/** Most time that all completions take once, in milliseconds. */
const longest = 30_000;

/** What an example says of a name that it does not have. */
const unknownName = /(?:example|fields of an example): expected .*/su;

type Values = readonly number[];

/** How a reward is tried. */
interface Trial extends Pick<RewardExamples, "rollouts"> {
  /** What to do where the completions that are built in say too little. */
  readonly hint: string;
  /** The values of completions, by a fresh reward when none is given. */
  readonly values: (rollouts?: readonly Rollout[], reward?: Reward) => Promise<Values>;
  readonly fresh: () => Promise<Reward>;
}

const shown = ({ prompt, text }: Rollout): string =>
  `${JSON.stringify(text.slice(0, 40))} of ${JSON.stringify(prompt.text.slice(0, 40))}`;

const score = async (reward: Reward, rollout: Rollout, signal: AbortSignal): Promise<number> => {
  const name = shown(rollout);
  try {
    return (await reward.score(rollout, signal)).value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`expected a value for ${name}, got an error: ${reason}`, { cause });
  }
};

/** The values of completions that are scored at the same time. */
const scoreAll = (reward: Reward, rollouts: readonly Rollout[]): Promise<Values> => {
  const signal = AbortSignal.timeout(longest);
  return Promise.all(rollouts.map((rollout) => score(reward, rollout, signal)));
};

/** `RangeError` that shows the first completion with two values. */
const demandSame = (rollouts: readonly Rollout[], [first, second]: readonly [Values, Values], why: string): void => {
  const at = first.findIndex((value, i) => !Object.is(value, second[i]));
  demand(
    at < 0,
    () => `expected the same value twice for ${shown(rollouts[at]!)}, got ${first[at]} and ${second[at]}; ${why}`,
  );
};

const valueLaws = ({ rollouts, values, hint }: Trial): readonly Promise<LawResult>[] => [
  tryLaw("it reads only what an example has", async () => {
    const error = await values().then(
      () => "",
      ({ message }: Error) => message,
    );
    const [told = ""] = unknownName.exec(error) ?? [];
    demand(told === "", () => `${told}${told.startsWith("fields") ? hint : ""}`);
  }),
  tryLaw("each completion gets one finite number", async () => {
    const found = await values();
    const at = found.findIndex((value) => typeof value !== "number" || !Number.isFinite(value));
    demand(at < 0, () => `expected a finite number for ${shown(rollouts[at]!)}, got ${String(found[at])}`);
    return `${Math.min(...found)} to ${Math.max(...found)} on ${found.length} completions`;
  }),
];

const sameLaws = ({ rollouts, values, fresh }: Trial): readonly Promise<LawResult>[] => [
  tryLaw("the same completion gets the same value", async () => {
    const reward = await fresh();
    const twice = [await values(rollouts, reward), await values(rollouts, reward)] as const;
    demandSame(rollouts, twice, "what it draws or remembers is noise to learn from; make it of the completion alone");
  }),
  tryLaw("a value does not depend on what else is scored, nor on the order", async () => {
    const [reward, together] = [await fresh(), await values()];
    const turned = (await values(rollouts.toReversed())).toReversed();
    demandSame(rollouts, [together, turned], "the order of its batch changes it");
    const alone: number[] = [];
    for (const rollout of rollouts) alone.push(...(await values([rollout], reward)));
    demandSame(rollouts, [together, alone], "alone it has another one than among others");
  }),
];

const otherLaws = ({ rollouts, values, fresh, hint }: Trial): readonly Promise<LawResult>[] => [
  tryLaw("completions are left as they are", async () => {
    const given = structuredClone(rollouts);
    await scoreAll(await fresh(), given);
    const changed = given.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(rollouts[i]));
    demand(changed < 0, () => `expected ${shown(rollouts[changed]!)} unchanged, got another; copy what you change`);
  }),
  tryLaw("completions differ in their values", async () => {
    const found = await values();
    demand(
      new Set(found).size > 1,
      () => `expected two values at least, got ${found[0]} for all: nothing can be learned from it${hint}`,
    );
    // A reward may well say the same of completions that are not its task's.
  }).then(({ passed, ...result }) => ({ ...result, passed: true, ...(!passed && { warned: true }) })),
];

/** The laws of every reward; `make` gives a fresh one. The later ones are tried when there are values to compare. */
export const checkReward = async (
  make: () => Reward,
  { rollouts, own }: RewardExamples,
): Promise<readonly LawResult[]> => {
  const opened: Reward[] = [];
  const fresh = async (): Promise<Reward> => {
    const reward = make();
    opened.push(reward);
    await reward.prepare?.();
    return reward;
  };
  const trial: Trial = {
    rollouts,
    hint: own ? "" : "; --data FILE tries it on prompts of yours",
    values: async (some = rollouts, reward) => scoreAll(reward ?? (await fresh()), structuredClone(some)),
    fresh,
  };
  try {
    const first = await Promise.all(valueLaws(trial));
    if (first.some(({ passed }) => !passed)) return first;
    return [...first, ...(await Promise.all([...sameLaws(trial), ...otherLaws(trial)]))];
  } finally {
    await Promise.all(opened.map(async (reward) => reward.close?.()));
  }
};
