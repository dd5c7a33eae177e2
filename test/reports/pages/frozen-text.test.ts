/** Tests of what is said of a figure's freeze. */
import { expect, test } from "vitest";
import type { Calibration } from "../../../src/reproduction/calibration.ts";
import { frozenText } from "../../../src/reports/pages/frozen-text.ts";

const frozen = "2026-01-02T03:04:05.678Z";
const calibration: Calibration = { method: "one", tasks: [], figures: { "8": { settings: "0".repeat(64), frozen } } };
const hash = "1".repeat(64);

test("a figure is of its freeze, of another, or of before; and its file may have changed since", () => {
  const of = { calibration, hash, holds: true };
  expect(frozenText({ calibration: hash }, of, "8")).toBe("frozen at 2026-01-02T03:04:05.678Z by 1111111111111111");
  expect(frozenText({ calibration: hash }, { ...of, holds: false }, "8")).toBe("changed since these trials ran");
  expect(frozenText({ calibration: "2".repeat(64) }, of, "8")).toBe("frozen by another calibration, 2222222222222222");
  expect(frozenText({}, of, "8")).toBe("of before the calibration");
  expect(frozenText({ calibration: hash }, { ...of, hash: undefined }, "9")).toContain("another calibration");
});
