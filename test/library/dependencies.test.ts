/** What the package runs with, by the lockfile: nothing whose makers have given it up, but what one optional engine needs. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockedPackages } from "../../scripts/sbom.ts";

interface Locked {
  readonly version: string;
  readonly optional?: boolean;
  readonly deprecated?: string;
}

const all = lockedPackages(join(import.meta.dirname, "../..")) as Readonly<Record<string, Locked>>;

/**
 * The first major version that its makers still keep, by what they wrote at npm; `Infinity` where they keep none. The
 * lockfile has such words only where the registry that it was made from gives them.
 */
const kept: Readonly<Record<string, number>> = {
  "are-we-there-yet": Infinity,
  gauge: Infinity,
  glob: 9,
  inflight: Infinity,
  npmlog: Infinity,
  protobufjs: 7,
  rimraf: 4,
  tar: 7,
};

/**
 * These come with @tensorflow/tfjs-node-gpu 4.22.0, the newest there is, and the node-pre-gyp of its install script. npm
 * leaves them out with that package where its script fails.
 */
const exceptions = ["are-we-there-yet", "gauge", "glob", "inflight", "npmlog", "rimraf", "tar"];

const nameOf = (path: string): string => path.split("node_modules/").at(-1)!;
const isGivenUp = (path: string, { version, deprecated }: Locked): boolean =>
  deprecated !== undefined || Number.parseInt(version, 10) < (kept[nameOf(path)] ?? 0);
const givenUp = Object.entries(all).filter(([path, locked]) => isGivenUp(path, locked));

test("no package that Retort runs with is deprecated or of a version that is no longer kept, but the exceptions", () => {
  expect(Object.keys(all).length).toBeGreaterThan(100);
  expect([...new Set(givenUp.map(([path]) => nameOf(path)))].toSorted()).toEqual(exceptions);
});

test("the exceptions are optional, each in every place", () => {
  expect(givenUp.filter(([, { optional }]) => optional !== true).map(([path]) => path)).toEqual([]);
});
