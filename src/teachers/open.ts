/** Teachers as an experiment names them, made: a policy here, one on a server, or several together. */
import type { Engine } from "../engine/engine.ts";
import { policyOf } from "../policies/checkpoints/huggingface.ts";
import type { Weights } from "../policies/policy.ts";
import { tokenizerFromJSON } from "../tokenizers/read.ts";
import { foreignTeacher } from "./foreign.ts";
import { localTeacher, rowsTogether } from "./local.ts";
import { memberDetail, mixtureTeacher } from "./mixture.ts";
import { privilegedTeacher } from "./privileged.ts";
import { routedTeacher } from "./routed.ts";
import { scoreFolder } from "./scores/folder.ts";
import { scoresKey } from "./scores/key.ts";
import { storedTeacher } from "./scores/stored.ts";
import {
  decayOf,
  type MixtureSource,
  type PolicySource,
  type RoutedSource,
  type ScoresSource,
  type ServerSource,
  type SingleSource,
  type TeacherSource,
} from "./teacher-source.ts";
import type { Detail, Teacher } from "./teacher.ts";
import { defined } from "../optional/defined.ts";

/** What a teacher is to do. */
export interface TeacherSetting {
  /** The engine of this thread; opened when it is first needed. */
  readonly engine: () => Promise<Engine>;
  /** Rollouts of one pass, B. */
  readonly batch: number;
  /** Tokens of one sequence, T: at least prompt + completion - 1. */
  readonly length: number;
  /** Most tokens of a completion, C. */
  readonly completion: number;
  readonly padId: number;
  /** How many neighbouring rollouts of most calls have the same prompt; 1 when left out. */
  readonly group?: number;
  readonly detail: Detail;
  /** Of the student. */
  readonly vocabularySize: number;
  /**
   * What `toJSON` of the student's tokenizer gave, for a teacher that reads rollouts in tokens of its own, however
   * alike they are.
   */
  readonly translatesFrom?: unknown;
  /**
   * For teachers with a context of their own: what `toJSON` of the student's tokenizer gave, and tokens after which a
   * completion is cut.
   */
  readonly reading?: { readonly tokenizer: unknown; readonly maxNewTokens: number };
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
  const { batch, length, completion, padId, group = 1, detail, translatesFrom } = setting;
  const policy = policyOf(source.config);
  const engine = await setting.engine();
  if (translatesFrom === undefined)
    return localTeacher(engine, { policy, weights, temperature, batch, length, completion, padId, group, detail });
  const [student, teacher] = [tokenizerFromJSON(translatesFrom), tokenizerFromJSON(source.tokenizer ?? translatesFrom)];
  // Made for its whole context, which few rollouts fill.
  const whole = policy.contextLength - 1;
  const local = await localTeacher(engine, {
    policy,
    weights,
    temperature,
    batch,
    length: whole,
    shortens: true,
    padId: teacher.padId,
  });
  return foreignTeacher(local, { student, teacher, length: whole });
};

const openServer = async (
  source: ServerSource,
  { translatesFrom, detail, vocabularySize }: TeacherSetting,
): Promise<OpenedTeacher> => {
  if (translatesFrom !== undefined)
    throw new RangeError(
      "teacher: expected the student's tokens of a teacher on a server, got an objective for unlike vocabularies",
    );
  // Its client takes longer to load than a small policy; most threads need none.
  const { remoteTeacher } = await import("./remote/teacher.ts");
  return remoteTeacher({ ...source, detail, vocabularySize });
};

/** The teacher behind a folder of its scores; not opened at all where it is not to be asked. */
const openStored = async (
  source: SingleSource,
  { folder, ask, mebibytes }: ScoresSource,
  setting: TeacherSetting,
  open: () => Promise<OpenedTeacher>,
): Promise<OpenedTeacher> => {
  const { detail, batch, length, completion, group, translatesFrom } = setting;
  if (translatesFrom !== undefined || ("config" in source && source.decay !== undefined))
    throw new RangeError(
      "teacher: expected a frozen teacher of the student's vocabulary for stored scores, got another",
    );
  const here =
    "server" in source ? undefined : { engine: (await setting.engine()).name, policy: policyOf(source.config) };
  const vocabularySize = here?.policy.vocabularySize ?? setting.vocabularySize;
  const width = { all: vocabularySize, tokens: 1 };
  const size = typeof detail === "string" ? { width: width[detail], ids: false } : { width: detail.topK, ids: true };
  const key = scoresKey(source, {
    detail,
    batch,
    length,
    completion,
    ...defined({
      together: here && rowsTogether({ policy: here.policy, batch, length, completion, ...defined({ group }) }),
      engine: here?.engine,
    }),
  });
  const options = { folder: scoreFolder(folder, key, mebibytes * 2 ** 20), size, vocabularySize };
  if (!ask) return storedTeacher(options);
  const teacher = await open();
  return {
    ...storedTeacher({ ...options, teacher }),
    ...defined({ close: teacher.close && (() => teacher.close!()) }),
  };
};

/** What a teacher that is made of others does beside scoring. */
const ofParts = (
  parts: readonly OpenedTeacher[],
  following: readonly OpenedTeacher[],
): Pick<OpenedTeacher, "load" | "close"> => ({
  ...(following.length === 0 ? {} : { load: (weights) => following.forEach((part) => part.load?.(weights)) }),
  close: async () => {
    await Promise.all(parts.map(async (part) => part.close?.()));
  },
});

const openSingle = async (source: SingleSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  const { context, scores } = source;
  const openAsked = (given: TeacherSetting): Promise<OpenedTeacher> =>
    "server" in source ? openServer(source, given) : openPolicy(source, given);
  const open = (given: TeacherSetting): Promise<OpenedTeacher> =>
    scores === undefined ? openAsked(given) : openStored(source, scores, given, () => openAsked(given));
  if (context === undefined) return open(setting);
  const { reading } = setting;
  if (reading === undefined)
    throw new RangeError("teacher: expected the student's tokenizer for a teacher with a context of its own, got none");
  const teacher = await open({ ...setting, length: context.promptTokens + reading.maxNewTokens - 1 });
  return { ...teacher, ...privilegedTeacher(teacher, context.template, tokenizerFromJSON(reading.tokenizer)) };
};

const follows = (source: TeacherSource): boolean => decayOf(source) !== undefined;

const checkTokens = ({ translatesFrom }: TeacherSetting): void => {
  if (translatesFrom === undefined) return;
  throw new RangeError(
    "teacher: expected the student's tokens of several teachers, got an objective for unlike vocabularies",
  );
};

const openMixture = async ({ mixture }: MixtureSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  checkTokens(setting);
  const detail = memberDetail(setting.detail);
  const teachers = await Promise.all(mixture.map(({ teacher }) => openSingle(teacher, { ...setting, detail })));
  const members = mixture.map(({ weight }, i) => ({ weight, teacher: teachers[i]! }));
  return {
    ...mixtureTeacher(members, setting.detail),
    ...ofParts(
      teachers,
      teachers.filter((_, i) => follows(mixture[i]!.teacher)),
    ),
  };
};

const openRouted = async ({ by, routes }: RoutedSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  checkTokens(setting);
  const opened = await Promise.all(
    Object.entries(routes).map(async ([name, route]) => [name, await openTeacher(route, setting)] as const),
  );
  const following = opened.filter(([name]) => follows(routes[name]!));
  return {
    ...routedTeacher(by, new Map(opened)),
    ...ofParts(
      opened.map(([, teacher]) => teacher),
      following.map(([, teacher]) => teacher),
    ),
  };
};

/**
 * Makes a teacher. `RangeError` when source and setting do not go together, and as the teachers throw that it is made
 * of.
 */
export const openTeacher = async (source: TeacherSource, setting: TeacherSetting): Promise<OpenedTeacher> => {
  if ("routes" in source) return openRouted(source, setting);
  return "mixture" in source ? openMixture(source, setting) : openSingle(source, setting);
};
