/** Tests of what all exporters share. */
import { expect, test } from "vitest";
import { requireDifferentNames } from "../../../src/results/exporters/exporter.ts";
import { exportedRuns } from "../../fixtures/exported-runs.ts";

test("runs of one name in folders of one name are refused, with both", () => {
  const [first, second] = exportedRuns();
  const twin = { ...first!, parent: "other/sweep", folder: first!.folder.replace("retort-", "other-") };
  requireDifferentNames([first!, second!, { ...twin, parent: "other" }]);
  expect(() => requireDifferentNames([first!, second!, twin])).toThrow(`twice (${first!.folder}, ${twin.folder})`);
});
