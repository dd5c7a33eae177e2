/** The process that tries one engine: `node probe-process.js <name>` writes a `Probe` as one line of JSON. */
import * as tf from "@tensorflow/tfjs";
import { openEngine, type ConcreteEngineName } from "./choose.ts";
import { float32, type Program } from "./program.ts";

/** [1, 2] times its transpose, and a function that needs more than integers: 5 and e^0. */
const program: Program<"x", "product" | "one"> = {
  name: "probe",
  inputs: { x: float32(1, 2) },
  build: ({ x }) => ({ product: tf.matMul(x, x, false, true), one: tf.exp(tf.mul(x, tf.scalar(0))) }),
};

interface Navigator {
  readonly gpu?: {
    requestAdapter(): Promise<{
      readonly info: Readonly<Record<"vendor" | "architecture" | "description", string>>;
    } | null>;
  };
}

const deviceOf = async (name: ConcreteEngineName): Promise<string> => {
  if (name === "tensorflow-gpu") return "CUDA";
  if (name !== "webgpu") return "CPU";
  const adapter = await (globalThis as { navigator?: Navigator }).navigator?.gpu?.requestAdapter();
  if (!adapter) return "unknown adapter";
  const { vendor, architecture, description } = adapter.info;
  return [vendor, architecture, description].filter((part) => part !== "").join(", ");
};

const probe = async (name: ConcreteEngineName): Promise<string> => {
  const engine = await openEngine(name, { threads: 1 });
  const executable = await engine.compile(program);
  const { product, one } = await executable.run({ x: engine.upload(Float32Array.of(1, 2), float32(1, 2)) });
  const values = [...(await engine.download(product)), ...(await engine.download(one))];
  if (values.join() !== "5,1,1") throw new Error(`it opened and computed ${values.join(", ")} where 5, 1, 1 was due`);
  return deviceOf(name);
};

/** `openEngine` names the engine around the reason; here the name is known. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.message.includes("is not there") ? error.cause.message : error.message;
};

const name = process.argv[2] as ConcreteEngineName;
const answer = await probe(name).then(
  (device) => ({ found: true, reason: device }),
  (error: unknown) => ({ found: false, reason: reasonOf(error) }),
);
process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0));
