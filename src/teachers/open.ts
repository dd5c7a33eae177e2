/** Teachers as an experiment names them, made: a policy here, one on a server, or several together. */
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import { foreignTeacher } from "./foreign.ts";
import { localTeacher } from "./local.ts";
import { memberDetail, mixtureTeacher } from "./mixture.ts";
import { remoteTeacher } from "./remote/teacher.ts";
import type { MixtureSource, PolicySource, SingleSource, TeacherSource } from "./source.ts";
import type { Detail, Teacher } from "./teacher.ts";

/** What a teacher is to do. */
export interface TeacherSetting {
  /** The engine of this thread; opened when it is first needed. */
  readonly engine: () => Promise<Engine>;
  /** Rollouts of one pass, B. */
  readonly batch: number;
  /** Tokens of one sequence, T: at least prompt + completion - 1. */
  readonly length: number;
  readonly padId: number;
  readonly detail: Detail;
  /** Of the student. */
  readonly vocabularySize: number;
  /** What `toJSON` of the student's tokenizer gave, for a teacher that reads rollouts in tokens of its own, however alike they are. */
  readonly translatesFrom?: unknown;
}

/** A teacher in use. */
export interface OpenedTeacher extends Teacher {
  /** The next scores are of these weights; there when it is a policy here. */
  load?(weights: Weights): void;
  /** Ends its connections; there when it has some. */
  close?(): Promise<void>;
}

/** The policy, as rollouts see it: itself, or through its own tokenizer. */
const openPolicy = async (source: PolicySource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  const { weights, temperature } = source;
  const { batch, length, padId, detail, translatesFrom } = setting;
  const policy = policyOf(source.config);
  const engine = await setting.engine();
  if (translatesFrom === undefined) return localTeacher(engine, { policy, weights, temperature, batch, length, padId, detail });
  const [student, teacher] = [tokenizerFromJSON(translatesFrom), tokenizerFromJSON(source.tokenizer ?? translatesFrom)];
  // Made for its whole context, which few rollouts fill.
  const whole = policy.contextLength - 1;
  const local = await localTeacher(engine, { policy, weights, temperature, batch, length: whole, shortens: true, padId: teacher.padId });
  return foreignTeacher(local, { student, teacher, length: whole });
};

const openSingle = async (source: SingleSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  if (!("server" in source)) return openPolicy(source, setting);
  if (setting.translatesFrom !== undefined)
    throw new RangeError("teacher: expected the student's tokens of a teacher on a server, got an objective for unlike vocabularies");
  const { detail, vocabularySize } = setting;
  return remoteTeacher({ ...source, detail, vocabularySize });
};

const follows = (source: SingleSource): boolean => "config" in source && source.decay !== undefined;

const openMixture = async ({ mixture }: MixtureSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  if (setting.translatesFrom !== undefined)
    throw new RangeError("teacher: expected the student's tokens of a mixture, got an objective for unlike vocabularies");
  const detail = memberDetail(setting.detail);
  const members = await Promise.all(
    mixture.map(async ({ teacher, weight }) => ({ weight, teacher: await openSingle(teacher, { ...setting, detail }) })),
  );
  const following = members.filter((_, i) => follows(mixture[i]!.teacher));
  return {
    ...mixtureTeacher(members, setting.detail),
    ...(following.length === 0 ? {} : { load: (weights) => following.forEach(({ teacher }) => teacher.load?.(weights)) }),
    close: async () => {
      await Promise.all(members.map(async ({ teacher }) => teacher.close?.()));
    },
  };
};

/** Makes a teacher. `RangeError` when source and setting do not go together, and as `localTeacher`, `remoteTeacher` and `mixtureTeacher` throw. */
export const openTeacher = (source: TeacherSource, setting: TeacherSetting): Promise<OpenedTeacher> =>
  "mixture" in source ? openMixture(source, setting) : openSingle(source, setting);
