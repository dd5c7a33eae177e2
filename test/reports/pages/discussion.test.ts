/** Tests of discussions: which figures a section names. */
import { expect, test } from "vitest";
import { discussionsIn, generalSections, relinked } from "../../../src/reports/pages/discussion.ts";

test("sections are found by the figures that their titles name", () => {
  const page =
    "# Why\n\nAn introduction.\n\n## Students: full, at 99 % (figures 8, 1b, A.12 and B.3)\n\nOne.\n\nTwo.\n\n## A teacher (figure 5)\r\nThree.\n## How they ran";
  expect(discussionsIn(page)).toEqual([
    {
      title: "Students: full, at 99 % (figures 8, 1b, A.12 and B.3)",
      anchor: "students-full-at-99--figures-8-1b-a12-and-b3",
      figures: ["8", "1b", "A.12", "B.3"],
      text: "One.\n\nTwo.",
    },
    { title: "A teacher (figure 5)", anchor: "a-teacher-figure-5", figures: ["5"], text: "Three." },
    { title: "How they ran", anchor: "how-they-ran", figures: [], text: "" },
  ]);
  expect(discussionsIn("no sections")).toEqual([]);
});

test("what no figure has comes first: sections of no figure, and of figures that are not there", () => {
  const sections = discussionsIn("## Calibration\n\n## Why (figure 5)\n\n## Other (figure 9)\n");
  const [calibration, why, other] = sections;
  expect(generalSections([{ discussions: [why!] }, { discussions: [] }], sections)).toEqual([calibration, other]);
});

test("links follow the text to a page elsewhere; addresses, headings and code stay", () => {
  const text =
    '[a](../log.md#x) ![b](plots/b.png "B") [c](https://example.org/c.md) [d](#here) [e](/root)\n\n```\n[f](f.md)\n```\n[g](g.md)';
  expect(relinked(text, "smollm2")).toBe(
    '[a](log.md#x) ![b](smollm2/plots/b.png "B") [c](https://example.org/c.md) [d](#here) [e](/root)\n\n```\n[f](f.md)\n```\n[g](smollm2/g.md)',
  );
  expect(relinked("[a](b.md)", "")).toBe("[a](b.md)");
});
