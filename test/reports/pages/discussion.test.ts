/** Tests of discussions: which figures a section names. */
import { expect, test } from "vitest";
import { discussionsIn } from "../../../src/reports/pages/discussion.ts";

test("sections are found by the figures that their titles name", () => {
  const page =
    "# Why\n\nAn introduction.\n\n## Students: full, at 99 % (figures 8, 1b and A.12)\n\nOne.\n\nTwo.\n\n## A teacher (figure 5)\r\nThree.\n## How they ran";
  expect(discussionsIn(page)).toEqual([
    {
      title: "Students: full, at 99 % (figures 8, 1b and A.12)",
      anchor: "students-full-at-99--figures-8-1b-and-a12",
      figures: ["8", "1b", "A.12"],
      text: "One.\n\nTwo.",
    },
    { title: "A teacher (figure 5)", anchor: "a-teacher-figure-5", figures: ["5"], text: "Three." },
    { title: "How they ran", anchor: "how-they-ran", figures: [], text: "" },
  ]);
  expect(discussionsIn("no sections")).toEqual([]);
});
