/** Fails for lines of src that are longer than a screen shows: the formatter leaves long comments and texts as they are. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const longest = 120;

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.(?:ts|mjs)$/u.test(name));
const violations = files.flatMap((name) =>
  readFileSync(join("src", name), "utf8")
    .split("\n")
    .flatMap((line, index) =>
      line.length > longest
        ? [`src/${name}:${index + 1}: expected at most ${longest} characters, got ${line.length}; break the line`]
        : [],
    ),
);
if (files.length === 0) throw new Error("expected files in src, found none: run this from the root of the repository");
for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
