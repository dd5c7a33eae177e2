/** Rules about a teacher on a server: what it cannot do, before it is asked. */
import { objectives } from "../objectives/index.ts";
import { boundsOf } from "../objectives/schedule.ts";
import { behaviors } from "../rollouts/behaviors/index.ts";
import { remoteTeacher } from "../teachers/remote/teacher.ts";
import { attempt } from "./attempt.ts";
import type { Mistake } from "./check.ts";
import type { TrainingValues } from "./stages.ts";

/** What is wrong with a training whose teacher is on a server; nothing where it is not. */
export const teacherServerMistakes = ({ teacher, objective, rollouts, data }: TrainingValues): Mistake[] => {
  if (teacher === undefined || !("server" in teacher)) return [];
  const { server, temperature } = teacher;
  const address = attempt(() => remoteTeacher({ server, temperature: 1, detail: "all", vocabularySize: 1 }));
  if ("message" in address) return [{ pointer: "/teacher/server/url", message: address.message }];
  const mistakes: Mistake[] = [];
  const writes = data.offPolicy === "teacher" && (data.adaptive !== undefined || boundsOf(data.onPolicyFraction).least < 1);
  if (writes || behaviors.create(rollouts.behavior, undefined).mixture !== undefined) {
    const pointer = writes ? "/data/offPolicy" : "/rollouts/behavior/type";
    mistakes.push({ pointer, message: "expected a teacher here to draw with, got one on a server; take a stage or a checkpoint" });
  }
  const made = attempt(() => objectives.create(objective));
  // An objective that cannot be made is a mistake of its own.
  if ("message" in made) return mistakes;
  if (made.part.needs.includes("foreignTeacherLogProbs")) {
    const message = `${made.part.name} reads a teacher of another vocabulary, and a server is asked in the student's tokens; take a stage or a checkpoint`;
    mistakes.push({ pointer: "/teacher/server", part: "key", message });
  }
  if (made.part.topK !== undefined && temperature !== 1) {
    const message = `expected 1, got ${temperature}: a server gives log-probs at temperature 1, which can be changed only where all of them are known; leave the objective's "topK" out`;
    mistakes.push({ pointer: "/teacher/temperature", message });
  }
  return mistakes;
};
