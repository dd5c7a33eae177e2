/** A measure of one's own: how many words a completion has, on average. */
import { defineMeasure } from "retort-rl/evaluation";

export default defineMeasure({
  summary: "Mean number of words of a completion.",
  create: () => ({
    name: "words",
    samples: 1,
    references: false,
    of(evaluated) {
      const texts = evaluated.flatMap(({ completions }) => completions.map(({ text }) => text));
      const words = texts.map((text) => text.split(/\s+/u).filter((word) => word !== "").length);
      return words.reduce((sum, count) => sum + count, 0) / texts.length;
    },
  }),
});
