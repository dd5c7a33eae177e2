/**
 * Rules about what stages and checkpoints are: rewards ask sequence classifiers, students and teachers are language
 * models.
 */
import { modelsNamed } from "../../rewards/model/reference.ts";
import { attempt } from "../file/refusals.ts";
import type { Mistake } from "../schema/check.ts";
import type { FileFacts } from "../inputs/file-context.ts";
import type { TrainingValues } from "../schema/trainings.ts";
import { singleTeachers } from "../schema/teacher-schema.ts";

const classifierMistakes = ({ rewards }: TrainingValues, known: FileFacts): Mistake[] =>
  modelsNamed(rewards, "/rewards").flatMap(({ reference, pointer }): Mistake[] => {
    if ("stage" in reference) return [];
    const { checkpoint } = reference;
    const at = `${pointer}/checkpoint`;
    const { labels, path } = known.checkpoint(checkpoint);
    if (labels === undefined) {
      return [
        {
          pointer: at,
          message:
            "expected a sequence classifier (architecture *ForSequenceClassification), got a language model at " +
            `${path}`,
        },
      ];
    }
    const tokenizer = attempt(() => known.tokenizer(checkpoint));
    return "message" in tokenizer ? [{ pointer: at, message: tokenizer.message }] : [];
  });

const languageMistakes = ({ student, teacher }: TrainingValues, known: FileFacts): Mistake[] => {
  const named = [
    ...("checkpoint" in student ? [{ pointer: "/student/checkpoint", name: student.checkpoint }] : []),
    ...singleTeachers(teacher).flatMap(({ teacher: one, pointer }) =>
      "checkpoint" in one ? [{ pointer: `${pointer}/checkpoint`, name: one.checkpoint }] : [],
    ),
  ];
  return named.flatMap(({ pointer, name }): Mistake[] => {
    const { labels, path } = known.checkpoint(name);
    if (labels === undefined) return [];
    return [
      { pointer, message: `expected a language model, got a sequence classifier of ${labels} labels at ${path}` },
    ];
  });
};

/** What is wrong with the checkpoints of a training. All of them could be read. */
export const modelMistakes = (values: TrainingValues, known: FileFacts): Mistake[] => [
  ...classifierMistakes(values, known),
  ...languageMistakes(values, known),
];
