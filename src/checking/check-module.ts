/** Holds a module of the user's to the laws of its kind. */
import { basename, dirname, resolve } from "node:path";
import { openEngine } from "../engine/choose.ts";
import { measures } from "../evaluation/measures/index.ts";
import { checker } from "../experiments/schema/check.ts";
import type { JsonObject } from "../files/json.ts";
import { baselines } from "../objectives/baselines/index.ts";
import { divergences } from "../objectives/divergences/index.ts";
import { objectives } from "../objectives/index.ts";
import { contractOf } from "../plugins/module-contracts.ts";
import { defaultExport, isPlugin, pluginIn, readModule } from "../plugins/module-registry.ts";
import type { PluginKind } from "../plugins/plugin.ts";
import { policies } from "../policies/families/index.ts";
import { rewards } from "../rewards/index.ts";
import { rewardModules } from "../rewards/module.ts";
import { tasks } from "../tasks/index.ts";
import { checkBaseline } from "./baseline.ts";
import { checkDivergence } from "./divergence.ts";
import { evaluateOn, type Evaluate } from "../engine/evaluate.ts";
import type { LawResult } from "./law.ts";
import { checkMeasure } from "./measure.ts";
import { checkObjective } from "./objective.ts";
import { checkPolicy, policyContext } from "./policy.ts";
import { rewardExamples } from "./reward-examples.ts";
import { checkReward } from "./reward.ts";
import { checkTask } from "./task.ts";

/** What was found of a module. */
export interface CheckedModule {
  readonly kind: PluginKind;
  /** sha256 of its code with all that it imports. */
  readonly code: string;
  /** The parameters that it was checked with, defaults included. */
  readonly parameters: JsonObject;
  /** Laws on the host, and those of programs once for each engine. */
  readonly results: readonly (LawResult & { readonly engine?: string })[];
}

/** How a module is checked. */
export interface CheckOptions {
  /** A file of JSON lines with examples, for a reward; some that are built in when left out. */
  readonly data?: string;
}

type Values = { readonly module: string; readonly code: string };

/** Families with laws. */
const families = {
  reward: rewards,
  divergence: divergences,
  baseline: baselines,
  objective: objectives,
  measure: measures,
  task: tasks,
  policy: policies,
};

type CheckedKind = keyof typeof families;

const isChecked = (kind: PluginKind): kind is CheckedKind => Object.hasOwn(families, kind);

/** Laws of what computes on tensors, which every engine must keep. */
const tensorLaws = (
  kind: CheckedKind,
  values: Values,
  laws: object,
  evaluate: Evaluate,
): Promise<readonly LawResult[]> => {
  if (kind === "divergence") return checkDivergence(divergences.create(values as never, undefined), laws, evaluate);
  if (kind === "objective") return checkObjective(objectives.create(values as never, undefined), evaluate);
  return checkPolicy(policies.create(values as never, policyContext), evaluate);
};

const hostLaws = (
  kind: CheckedKind,
  values: Values,
  { folder, data }: CheckOptions & { readonly folder: string },
): Promise<readonly LawResult[]> => {
  if (kind === "reward") {
    const examples = rewardExamples(data);
    return checkReward(() => rewards.create(values, { task: examples.task, folder }), examples);
  }
  if (kind === "baseline") return checkBaseline(baselines.create(values as never, undefined));
  if (kind === "measure") return checkMeasure(measures.create(values as never, undefined));
  return checkTask((seed) => tasks.create(values as never, { seed, folder }));
};

/** The engines that need nothing but what is installed: one compiled, one that runs op by op. */
const engines = ["onnx", "cpu"] as const;

const onEngines = async (kind: CheckedKind, values: Values, laws: object): Promise<CheckedModule["results"]> => {
  const results: (LawResult & { engine: string })[] = [];
  for (const name of engines) {
    const engine = await openEngine(name, { threads: 1 });
    const found = await tensorLaws(kind, values, laws, evaluateOn(engine));
    results.push(...found.map((result) => ({ ...result, engine: name })));
    await engine.dispose();
  }
  return results;
};

/** `RangeError` that says each mistake of the parameters. */
const checkedValues = (kind: CheckedKind, file: string, parameters: JsonObject): Values & JsonObject => {
  const schema = JSON.parse(JSON.stringify(families[kind].schema)) as JsonObject;
  const checked = checker<Values & JsonObject>(schema)({ ...parameters, module: basename(file) }, dirname(file));
  if ("values" in checked) return checked.values;
  throw new RangeError(
    checked.mistakes.map(({ pointer, message }) => `${pointer === "" ? "" : `${pointer}: `}${message}`).join("; "),
  );
};

/** What a module exports; functions are rewards. */
const kindOf = (exported: unknown, file: string): PluginKind | undefined => {
  if (isPlugin(exported)) return exported.kind;
  return rewardModules.read?.(exported, file) === undefined ? undefined : "reward";
};

/**
 * Reads the module in a file and tries the laws of its kind with these parameters, defaults for those that are left
 * out. `RangeError` when it is no module of a family with laws, when the parameters do not fit, and for examples that
 * cannot be read or are of no use.
 */
export const checkModule = async (
  path: string,
  parameters: JsonObject = {},
  options: CheckOptions = {},
): Promise<CheckedModule> => {
  const file = resolve(path);
  const code = readModule(file);
  const exported = defaultExport(code, contractOf("divergence").host);
  const kind = kindOf(exported, file);
  if (kind === undefined || !isChecked(kind)) {
    throw new RangeError(
      `expected ${path} to export one of ${Object.keys(families).join(", ")} by default, got ` +
        `${kind ?? typeof exported}; write "export default defineDivergence({ ... })", for example`,
    );
  }
  if (kind !== "reward" && options.data !== undefined)
    throw new RangeError(`${path}: expected examples for a reward alone, got some for a ${kind}; leave them out`);
  const values = checkedValues(kind, file, parameters);
  const { laws = {} } = pluginIn(code, kind, contractOf(kind));
  const { module: _module, code: _code, ...all } = values;
  // What every entry of a file may say of a reward is none of its parameters.
  const given = Object.fromEntries(Object.entries(all).filter(([key]) => kind !== "reward" || key !== "weight"));
  const onTensors = kind === "divergence" || kind === "objective" || kind === "policy";
  const results = await (onTensors
    ? onEngines(kind, values, laws)
    : hostLaws(kind, values, { ...options, folder: dirname(file) }));
  return { kind, code: code.hash, parameters: given, results };
};
