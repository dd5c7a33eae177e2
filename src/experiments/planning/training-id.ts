/** The id of a training: the hash of all that decides its result. */
import { withModels } from "../../rewards/model/reference.ts";
import { bringsTokenizer, trainsTokenizer } from "../../tasks/prompts/task-tokenizer.ts";
import type { Task } from "../../tasks/task.ts";
import type { TeacherServerValues } from "../../teachers/remote/settings.ts";
import { decisive } from "../../training/recipe/training-settings.ts";
import { contentHash } from "../../files/canonical-json.ts";
import { packageVersion } from "../../runs/folder/package-version.ts";
import type { TeacherValues } from "../schema/teacher-schema.ts";
import { type TrainingValues } from "../schema/trainings.ts";
import type { PlannedTraining } from "./planned.ts";
import { defined } from "../../optional/defined.ts";

const serverIdentity = ({ url, model }: TeacherServerValues): object => ({ url, model });

/**
 * A stage by its id, a checkpoint by its content, a server by its address and the model there, a new policy by itself.
 */
const identified = <T extends object>(
  origin: T,
  { inputs, checkpoints }: Pick<PlannedTraining, "inputs" | "checkpoints">,
): object => ({
  ...origin,
  ...("stage" in origin ? { stage: inputs[String(origin.stage)] } : {}),
  ...("checkpoint" in origin ? { checkpoint: checkpoints[String(origin.checkpoint)]?.hash } : {}),
  // How a server is asked, and where scores are kept, decides nothing.
  ...("server" in origin ? { server: serverIdentity(origin.server as TeacherServerValues) } : {}),
  ...("scores" in origin ? { scores: undefined } : {}),
});

/** A teacher's values for the id: stages by their ids, checkpoints by their hashes, instead of their names. */
const identifiedTeacher = (teacher: TeacherValues, from: Pick<PlannedTraining, "inputs" | "checkpoints">): object => {
  if ("routes" in teacher) {
    const routes = Object.entries(teacher.routes).map(([name, route]) => [name, identifiedTeacher(route, from)]);
    return { ...teacher, routes: Object.fromEntries(routes) as object };
  }
  if (!("mixture" in teacher)) return identified(teacher, from);
  return { mixture: teacher.mixture.map((member) => ({ ...member, teacher: identified(member.teacher, from) })) };
};

/** The tokenizer that a checkpoint or the task itself brings, by its content; a generated task's is in its values. */
const tokenizerHash = (
  { tokenizer, task: values }: Pick<TrainingValues, "tokenizer" | "task">,
  { checkpoints }: Pick<PlannedTraining, "checkpoints">,
  task: Task,
): string | undefined => {
  if (tokenizer !== undefined) return checkpoints[tokenizer]?.hash;
  return bringsTokenizer(values) ? contentHash(task.tokenizer.toJSON()) : undefined;
};

/** What decides the result of a training: its values, what it starts from, and the task's content. */
type Decisive = readonly [values: TrainingValues, from: Pick<PlannedTraining, "inputs" | "checkpoints">, task: Task];

const decisiveParts = (...[values, from, task]: Decisive) => {
  const { student, teacher, training, tokenizer: _tokenizer, rewards, scoring: _scoring, ...others } = values;
  return {
    version: packageVersion(),
    values: {
      ...others,
      rewards: rewards.map((reward) => withModels(reward, (reference) => identified(reference, from))),
      training: decisive(training),
      student: identified(student, from),
      ...defined({ teacher: teacher && identifiedTeacher(teacher, from) }),
    },
    tokenizer: tokenizerHash(values, from, task),
    content: task.content,
  };
};

/**
 * The id of a training: sha256 of its values, of what it starts from and of the task's content and tokenizer; of this
 * package's version too.
 */
export const trainingId = (...training: Decisive): string => contentHash(decisiveParts(...training));

/**
 * The setting of a training: sha256 of what its id is made of but seeds. `inputs` of `from` are the settings of the
 * stages, by name, in place of their ids.
 */
export const trainingSetting = (...training: Decisive): string => {
  const { values, tokenizer, ...others } = decisiveParts(...training);
  const { seed: _seed, taskSeed: _taskSeed, task, ...rest } = values;
  // A tokenizer that is trained on the lines follows from the values, the content and the seed that holds lines out.
  const own = trainsTokenizer(task) ? undefined : tokenizer;
  return contentHash({
    setting: { ...others, tokenizer: own, values: { ...rest, task: { ...task, seed: undefined } } },
  });
};
