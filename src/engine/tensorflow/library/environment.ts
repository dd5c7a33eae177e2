/** What TensorFlow's library reads from the environment, once in a process, when it is loaded. */
import { isMainThread } from "node:worker_threads";
import type { EngineName } from "../../names.ts";
import { programsFolder } from "./compiled-programs.ts";

/**
 * Sets what the library reads when it is loaded, where the user has not: it writes nothing of its own to the terminal,
 * and takes memory of a GPU as it needs it; with `threads`, programs of all threads of the process share that many.
 *
 * It reads the real environment, which only the main thread can write: `process.env` of a worker thread is a copy. So
 * the main thread calls this before it starts threads, and in a worker thread it does nothing: where somebody else's
 * worker is the first to load the library, that uses all processors. Once the library is loaded it changes nothing.
 */
export const prepareTensorFlow = (threads?: number): void => {
  if (!isMainThread) return;
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "3";
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
  if (threads === undefined) return;
  process.env["TF_NUM_INTRAOP_THREADS"] ??= String(threads);
  process.env["TF_NUM_INTEROP_THREADS"] ??= String(threads);
};

/** XLA's choice of what it gives to its library of kernels, and the one that is safe: without sums of products. */
const fusionFlag = "--xla_cpu_experimental_ynn_fusion_type";
const safeFusion = `${fusionFlag}=-reduce`;

/**
 * Has XLA leave sums to its own code. Given to its library of kernels, the sum of a product of bfloat16 ends the
 * process, and that of one of float32 takes up to eight times as long (TensorFlow 2.21). Only in the main thread,
 * before XLA's first program, and not where the user has set the flag, or where XLA_FLAGS names a file.
 */
export const prepareXla = (): void => {
  const flags = process.env["XLA_FLAGS"]?.trim() ?? "";
  if (!isMainThread || flags.includes(fusionFlag) || (flags !== "" && !flags.startsWith("-"))) return;
  process.env["XLA_FLAGS"] = `${flags} ${safeFusion}`.trim();
};

/**
 * Has XLA keep what it compiles for later processes. Only in the main thread, before XLA's first program, and not where
 * the user has set TF_XLA_FLAGS.
 */
export const prepareCompiled = (): void => {
  if (!isMainThread || process.env["TF_XLA_FLAGS"] !== undefined) return;
  const folder = programsFolder();
  if (folder !== undefined) process.env["TF_XLA_FLAGS"] = `--tf_xla_persistent_cache_directory=${folder}`;
};

/** `Error` where XLA would give sums of products to its library of kernels. */
export const checkXla = (): void => {
  const flags = process.env["XLA_FLAGS"] ?? "";
  const [, value] = new RegExp(`${fusionFlag}=(\\S*)`, "u").exec(flags) ?? [];
  if (value === "" || value?.split(",").includes("-reduce") === true) return;
  throw new Error(
    `precision bfloat16: expected XLA_FLAGS to have ${safeFusion}, got ${flags === "" ? "nothing" : flags}; ` +
      "without it XLA ends the process where a product is summed. Set it before the process starts",
  );
};

/**
 * Prepares TensorFlow's library for the threads of a run on an engine: programs of all of them together use so many
 * threads of the library. To be called in the main thread before the run's threads start; without effect for engines
 * that are not TensorFlow's, and where the library is loaded already.
 */
export const prepareEngine = (engine: EngineName, threads?: number): void => {
  if (engine === "auto" || engine.startsWith("tensorflow")) prepareTensorFlow(threads);
  if (engine !== "tensorflow" && engine !== "tensorflow-bfloat16") return;
  prepareXla();
  prepareCompiled();
};
