/** One way to run graphs in a process of its own: for each work that the parent names it answers how long one run took. */
import { onnxEngine } from "../src/engine/onnx/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { tensorflowEngine } from "../src/engine/tensorflow/engine.ts";
import { prepareTensorFlow } from "../src/engine/tensorflow/library/environment.ts";
import { answer } from "./contest.ts";
import type { GraphContestant, GraphWork } from "./graphs.ts";
import { openDraw, openUpdate, type Work } from "../src/training/speed/work.ts";
import { openScoring } from "./work.ts";

const { threads, works, ...how } = JSON.parse(process.argv[2]!) as GraphContestant;

const open = (): Promise<Engine> => {
  if (how.library === "onnx") return Promise.resolve(onnxEngine({ threads }));
  prepareTensorFlow(threads);
  return tensorflowEngine({ xla: how.xla, bfloat16: how.bfloat16 });
};

const engine = open();
const opened = new Map<string, Promise<Work>>();

const openWork = async (work: GraphWork): Promise<Work> => {
  const opened = await engine;
  if (work.kind === "draw") return openDraw(opened, work.sizes);
  return (work.kind === "update" ? openUpdate : openScoring)(opened, work.sizes);
};

answer(async (name) => {
  const begun = performance.now();
  const known = opened.get(name);
  const work = known ?? openWork(works[name]!);
  opened.set(name, work);
  const once = await work;
  const start = known === undefined ? begun : performance.now();
  const check = await once();
  return { milliseconds: performance.now() - start, check, peak: process.resourceUsage().maxRSS * 1024 };
});
