/** `npm run bench` and `npm run bench -- <name>`: one of the benches, by name; the engines when none is named. */

const benches = {
  engines: () => import("./engines.ts"),
  graphs: () => import("./graphs.ts"),
  bfloat16: () => import("./bfloat16.ts"),
  divergence: () => import("./divergence.ts"),
  "figure-steps": () => import("./figure-steps.ts"),
  "math-answers": () => import("./math-answers.ts"),
  interruptions: () => import("./interruptions.ts"),
  memory: () => import("./memory.ts"),
  "program-memory": () => import("./program-memory.ts"),
  overlap: () => import("./overlap.ts"),
  results: () => import("./results.ts"),
  router: () => import("./router.ts"),
  staleness: () => import("./staleness.ts"),
  "sweep-chaos": () => import("./sweep-chaos.ts"),
  serve: () => import("./serve.ts"),
  soak: () => import("./soak.ts"),
  trl: () => import("./trl.ts"),
  ui: () => import("./ui.ts"),
} as const;

const isBench = (name: string): name is keyof typeof benches => Object.hasOwn(benches, name);

const [, , name = "engines"] = process.argv;
if (name.startsWith("-")) await benches.engines();
else {
  if (!isBench(name)) throw new RangeError(`bench: expected one of ${Object.keys(benches).join(", ")}, got ${name}`);
  // A bench reads its own arguments where it would without this file.
  process.argv.splice(2, 1);
  await benches[name]();
}
