/** What an inspection reads of a batch. */
import type { Signal } from "../../objectives/objective.ts";

/** Scores of a teacher over the student's own vocabulary. */
const comparable: readonly Signal[] = ["teacherLogProbs", "teacherTopKIds"];

/**
 * What the objective needs, and who wrote each sequence where student and teacher can be compared: the distance between
 * them is told apart by that.
 */
export const inspectedSignals = (needs: readonly Signal[]): readonly Signal[] =>
  needs.includes("fromStudent") || !comparable.some((signal) => needs.includes(signal))
    ? needs
    : [...needs, "fromStudent"];
