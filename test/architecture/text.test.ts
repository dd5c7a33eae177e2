/** What no file of the repository may contain. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./source.ts";

/** Folders of one machine. A path inside the repository ("src/work/") or inside an address does not match. */
const machinePath = /(?<![\w.\-/}])\/(?:work|tmp|home|root|Users|mnt)\/|\b[A-Z]:\\Users\\/;

/** Files that git follows or would follow. `Error` from git when this is not a checkout. */
const repositoryFiles = (): string[] =>
  execFileSync("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
    .toString()
    .split("\0")
    .filter((path) => path !== "" && (statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false));

test("no text names a folder of one machine", () => {
  const violations = repositoryFiles().flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    if (text.includes("\0")) return [];
    return text
      .split("\n")
      .flatMap((line, index) =>
        machinePath.test(line)
          ? [
              `${path}:${index + 1}: expected a path relative to the repository or os.tmpdir(), got "${line.trim().slice(0, 80)}"; rewrite it`,
            ]
          : [],
      );
  });
  expect(violations).toEqual([]);
});
