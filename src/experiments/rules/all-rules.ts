/**
 * What a schema cannot say: rules between the parts of a training. Each rule asks the parts themselves; none knows a
 * plug-in's name.
 */
import { dirname } from "node:path";
import { objectiveOf } from "../../objectives/objective-of.ts";
import type { Objective, Signal } from "../../objectives/objective.ts";
import { learnsOffPolicy } from "../../training/recipe/off-policy.ts";
import { rewards } from "../../rewards/index.ts";
import { createRewards } from "../../rewards/weighted.ts";
import type { Task } from "../../tasks/task.ts";
import { optimizers } from "../../training/optimizers/index.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import { suchAs } from "../schema/expectation.ts";
import { checkpointMistakes } from "./checkpoint-rules.ts";
import { claimMistakes } from "./claim-rules.ts";
import { evaluationMistakes } from "./evaluation-rules.ts";
import { maxNewTokens } from "../inputs/lengths.ts";
import { modelMistakes } from "./reward-model-rules.ts";
import { pairMistakes } from "./pair-rules.ts";
import { policyMistakes } from "./policy-rules.ts";
import type { ExperimentValues } from "../schema/experiment-schema.ts";
import { sequenceMistakes } from "./sequence-rules.ts";
import type { FileContext } from "../inputs/file-context.ts";
import {
  checkpointsOf,
  inputNames,
  runValues,
  stageMistakes,
  stagePointer,
  stageValues,
  type TrainingValues,
} from "../schema/trainings.ts";
import { teacherMistakes, teacherPromptMistakes } from "./teacher-rules.ts";
import { tokenizerMistakes } from "./tokenizer-rules.ts";

const signalRules = (values: TrainingValues, objective: Objective<Signal>): Mistake[] => {
  const { needs } = objective;
  const mistakes: Mistake[] = [];
  const reads = (...signals: readonly Signal[]): boolean => signals.some((signal) => needs.includes(signal));
  if (reads("teacherLogProbs", "teacherTopKLogProbs", "foreignTeacherLogProbs") && values.teacher === undefined) {
    mistakes.push({
      pointer: "",
      message:
        `missing key "teacher": the objective ${objective.name} reads a teacher's log-probs; add "teacher": ` +
        `{ "stage": "<name>" }, or take an objective without one (alpha 0)`,
    });
  }
  if (reads("advantages", "rewards") && values.rewards.length === 0) {
    mistakes.push({
      pointer: "/rewards",
      message:
        `expected at least one reward${suchAs([{ type: "exact-match" }])}, got none: the objective ` +
        `${objective.name} learns from rewards`,
    });
  }
  return mistakes;
};

const sizeRules = ({ training, rollouts }: TrainingValues): Mistake[] => {
  const mistakes: Mistake[] = [];
  if (training.batch % rollouts.group !== 0) {
    const next = Math.ceil(training.batch / rollouts.group) * rollouts.group;
    const message = `expected a multiple of /rollouts/group = ${rollouts.group}${suchAs(next)}, got ${training.batch}`;
    mistakes.push({ pointer: "/training/batch", message });
  }
  if (training.schedule.warmup > training.steps) {
    const { steps, schedule } = training;
    const tenth = suchAs(Math.ceil(steps / 10));
    const message = `expected at most /training/steps = ${steps}${tenth}, got ${schedule.warmup}`;
    mistakes.push({ pointer: "/training/schedule/warmup", message });
  }
  return mistakes;
};

const optimizerMistakes = ({ training }: TrainingValues): Mistake[] => {
  const made = attempt(() => optimizers.create(training.optimizer));
  return "message" in made ? [{ pointer: "/training/optimizer", part: "whole", message: made.message }] : [];
};

const objectiveMistakes = (values: TrainingValues): Mistake[] => {
  const made = attempt(() => objectiveOf(values.objective));
  if ("message" in made) return [{ pointer: "/objective", part: "whole", message: made.message }];
  const { advantages } = made.part;
  const { group } = values.rollouts;
  const estimate = attempt(() => advantages?.estimate(new Float32Array(group), group, advantages.initial));
  const refused = "message" in estimate ? [{ pointer: "/rollouts/group", message: estimate.message }] : [];
  return [...signalRules(values, made.part), ...sequenceMistakes(values, made.part), ...refused];
};

/** A training that learns from references needs a task that has them. */
const referenceMistakes = ({ data }: TrainingValues, task: Task): Mistake[] => {
  if (task.answered !== false) return [];
  if (data.adaptive !== undefined) {
    return [
      {
        pointer: "/data/adaptive",
        part: "whole",
        message: "expected a task with references, which validate, got one without any",
      },
    ];
  }
  if (data.offPolicy !== "references" || !learnsOffPolicy(data)) return [];
  return [
    {
      pointer: "/data/offPolicy",
      message: `expected "teacher", got "references": the task has none; or take /data/onPolicyFraction = 1`,
    },
  ];
};

const dataMistakes = (values: TrainingValues, task: Task): Mistake[] => {
  const { examples = 0, adaptive } = values.data;
  const { length } = task.train;
  if (examples > length) {
    return [
      {
        pointer: "/data/examples",
        message: `expected at most the task's ${length} training prompts${suchAs(length)}, got ${examples}`,
      },
    ];
  }
  const [left, held] = [length - Math.max(examples, 1), adaptive?.prompts ?? 0];
  if (held <= left) return [];
  const message =
    `expected at most ${left} of the task's ${length} training prompts to be left over${suchAs(left)}, ` +
    `got ${held}`;
  return [{ pointer: "/data/adaptive/prompts", message }];
};

/** A completion that may not end is at most as long as one may be. */
const lengthMistakes = (values: TrainingValues, task: Task): Mistake[] => {
  const { minNewTokens = 0 } = values.rollouts;
  const most = maxNewTokens(values, task);
  if (minNewTokens <= most) return [];
  return [
    {
      pointer: "/rollouts/minNewTokens",
      message: `expected at most the ${most} tokens of a completion${suchAs(Math.min(1, most))}, got ${minNewTokens}`,
    },
  ];
};

const rewardMistakes = (values: TrainingValues, task: Task, folder: string): Mistake[] => {
  const single = values.rewards.flatMap((reward, i): Mistake[] => {
    const made = attempt(() => rewards.create(reward, { task, folder }));
    return "message" in made ? [{ pointer: `/rewards/${i}`, part: "whole", message: made.message }] : [];
  });
  const alone = values.rewards.flatMap(({ normalize }, i): Mistake[] =>
    normalize === "group" && values.rollouts.group < 2
      ? [
          {
            pointer: `/rewards/${i}/normalize`,
            message: `expected a /rollouts/group of at least 2 to normalise by${suchAs(4)}, got 1`,
          },
        ]
      : [],
  );
  if (alone.length > 0) return [...single, ...alone];
  if (single.length > 0 || values.rewards.length === 0) return single;
  const sum = attempt(() => createRewards(values.rewards, { task, folder }));
  return "message" in sum ? [{ pointer: "/rewards", part: "whole", message: sum.message }] : [];
};

const trainingMistakes = (
  file: ExperimentValues,
  values: TrainingValues,
  fileContext: FileContext,
  folder: string,
): Mistake[] => {
  const own = [
    ...sizeRules(values),
    ...optimizerMistakes(values),
    ...objectiveMistakes(values),
    ...teacherMistakes(values),
  ];
  const tasksOf = [values, ...inputNames(values).map((name) => stageValues(file, name))].map((each) =>
    fileContext.make(each),
  );
  if (tasksOf.some((made) => "message" in made)) return own;
  const task = fileContext.task(values);
  return [
    ...own,
    ...referenceMistakes(values, task),
    ...dataMistakes(values, task),
    ...lengthMistakes(values, task),
    ...evaluationMistakes(values, task),
    ...checkpointMistakes(values, task, folder),
    ...teacherPromptMistakes(values, task),
    ...modelMistakes(values, fileContext),
    ...pairMistakes(file, values, task),
    ...policyMistakes(file, values, fileContext),
    ...rewardMistakes(values, task, folder),
    ...tokenizerMistakes(file, values, fileContext),
  ];
};

/** `auto` may take an engine that has no other precision. */
const precisionMistakes = ({ engine, precision = "float32" }: ExperimentValues): Mistake[] => {
  if (engine === "tensorflow" || precision === "float32") return [];
  const message =
    `expected "float32" with "engine": "${engine}"${suchAs("float32")}, got "${precision}": only the engine ` +
    `tensorflow computes in it; add "engine": "tensorflow"`;
  return [{ pointer: "/precision", message }];
};

/**
 * Everything that is wrong between the parts of a file whose schema is right; `path` is the file's, from which modules
 * are resolved. Stages that no run needs are checked too.
 */
export const semanticMistakes = (file: ExperimentValues, path: string, fileContext: FileContext): Mistake[] => {
  const broken = stageMistakes(file);
  if (broken.length > 0) return broken;
  const folder = dirname(path);
  const trainings = [
    { pointer: "", values: runValues(file), own: true },
    ...Object.entries(file.stages ?? {}).map(([name, { task }]) => ({
      pointer: stagePointer(name),
      values: stageValues(file, name),
      own: task !== undefined,
    })),
  ];
  const absent = trainings.flatMap(({ pointer, values, own }): Mistake[] =>
    checkpointsOf(values).flatMap(({ name, at }): Mistake[] => {
      const made = attempt(() => fileContext.checkpoint(name));
      if (!("message" in made)) return [];
      // A stage without a task of its own has the file's.
      return [{ pointer: at.startsWith("/task") && !own ? at : pointer + at, message: made.message }];
    }),
  );
  if (absent.length > 0) return absent;
  const ofTask = trainings.flatMap(({ pointer, values, own }): Mistake[] => {
    if (!own) return [];
    const made = fileContext.make(values);
    return "message" in made ? [{ pointer: `${pointer}/task`, part: "whole", message: made.message }] : [];
  });
  return [
    ...claimMistakes(file.claims),
    ...precisionMistakes(file),
    ...ofTask,
    ...trainings.flatMap(({ pointer, values }) =>
      trainingMistakes(file, values, fileContext, folder).map((mistake) => ({
        ...mistake,
        pointer: pointer + mistake.pointer,
      })),
    ),
  ];
};
