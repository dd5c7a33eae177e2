/** The rungs of the ladder, from SFT to RL + on-policy GKD, as files to start from have them. */
import type { JsonObject } from "../../files/json.ts";

/** A rung of the ladder. */
export interface Rung {
  readonly title: string;
  /** What a file of it asks when nothing else is said. */
  readonly question: string;
  readonly teacher: boolean;
  readonly reward: boolean;
  readonly objective: JsonObject;
  readonly data: JsonObject;
  /** Completions of a prompt in a step; nothing where the student answers none. */
  readonly group?: number;
  readonly note: string;
}

/** The rungs by their names, from the first. */
export const rungs = {
  sft: {
    title: "SFT: the student imitates references",
    question: "How far do references alone bring this student?",
    teacher: false,
    reward: false,
    objective: { type: "sft" },
    data: { onPolicyFraction: 0 },
    note: "The log-probability of references. No teacher, no reward.",
  },
  "supervised-kd": {
    title: "supervised KD: it imitates a teacher's probabilities on references",
    question: "What does a teacher's distribution bring beyond its references?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "forward-kl" } },
    data: { onPolicyFraction: 0 },
    note: "KL(teacher || student) at every token of the references.",
  },
  "on-policy-kd": {
    title: "on-policy KD: it imitates the teacher on its own answers",
    question: "What does it bring to learn from the teacher on the student's own answers?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "forward-kl" } },
    data: { onPolicyFraction: 1 },
    group: 1,
    note: "KL(teacher || student) at every token that the student drew itself.",
  },
  gkd: {
    title: "GKD: half of the steps on its own answers, another divergence",
    question: "Which mixture of references and own answers, and which divergence, suits this student?",
    teacher: true,
    reward: false,
    objective: { type: "distillation", divergence: { type: "jsd", beta: 0.5, scale: "normalized" } },
    data: { onPolicyFraction: 0.5 },
    group: 1,
    note: "JSD(beta); lambda, the share of steps on the student's own answers, is data.onPolicyFraction.",
  },
  rl: {
    title: "RL: it is rewarded for its own answers",
    question: "What does the reward alone bring?",
    teacher: false,
    reward: true,
    objective: { type: "reinforce", baseline: { type: "leave-one-out" } },
    data: { onPolicyFraction: 1 },
    group: 4,
    note: "REINFORCE: each answer against the mean reward of the other answers to its prompt.",
  },
  "rl-gkd": {
    title: "RL + on-policy GKD: the reward and the teacher at once",
    question: "What do a reward and a teacher bring at once?",
    teacher: true,
    reward: true,
    objective: {
      type: "reinforce-gkd",
      alpha: 0.5,
      divergence: { type: "forward-kl" },
      baseline: { type: "leave-one-out" },
    },
    data: { onPolicyFraction: 1 },
    group: 2,
    note: "(1 - alpha) of the reward, alpha of the teacher: 0 is RL, 1 is on-policy distillation.",
  },
} as const satisfies Readonly<Record<string, Rung>>;

/** The name of a rung. */
export type RungName = keyof typeof rungs;
