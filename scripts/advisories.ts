/**
 * Whether the registry has advisories of level high or critical against what the package runs with: `npm run
 * advisories`. Prints each, and fails where there is one. A registry that gives none (a mirror may not have them, or
 * there is no network) finds nothing and clears nothing: that is said, and fails nothing.
 *
 * What stands behind it goes to `npm audit`: `npm run advisories -- --registry https://registry.npmjs.org`.
 */
import { spawnSync } from "node:child_process";

interface Advisory {
  readonly title: string;
  readonly url: string;
  readonly range: string;
}

interface Vulnerable {
  readonly name: string;
  readonly severity: string;
  /** Advisories against itself, and names of packages that it is vulnerable through. */
  readonly via: readonly (Advisory | string)[];
}

/** What `npm audit --json` prints: a report, what the registry said in place of one, or what npm could not do. */
interface Answer {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerable>>;
  readonly message?: string;
  readonly error?: { readonly code?: string };
}

const levels = ["high", "critical"];

const answerOf = (text: string): Answer => {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
};

const describe = ({ name, severity, via }: Vulnerable): string => {
  const reasons = via.map((one) => (typeof one === "string" ? `by ${one}` : `${one.range}: ${one.title}, ${one.url}`));
  return `${name} (${severity}) ${reasons.join("; ")}`;
};

// Without a network npm would report, by this setting, that there are no advisories: it is told to ask.
const parameters = ["audit", "--json", "--omit=dev", "--no-offline", "--fetch-retries=0", "--fetch-timeout=30000"];
const { stdout, stderr, error } = spawnSync("npm", [...parameters, ...process.argv.slice(2)], {
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
const { vulnerabilities, message, ...rest } = answerOf(stdout);
if (vulnerabilities !== undefined) {
  const all = Object.values(vulnerabilities);
  const found = all.filter(({ severity }) => levels.includes(severity));
  for (const one of found) console.error(describe(one));
  console.log(
    `advisories of level ${levels.join(" or ")}: ${found.length}; of a lower level: ${all.length - found.length}`,
  );
  if (found.length > 0) process.exitCode = 1;
} else if (message !== undefined && rest.error?.code === undefined) {
  console.log(`advisories: not checked, the registry gives none: ${message}`);
} else {
  console.error(`advisories: expected a report of npm audit, got: ${error?.message ?? (stdout + stderr).trim()}`);
  process.exitCode = 1;
}
