/** A thread that would set the library's environment. */
import { parentPort } from "node:worker_threads";
import { prepareTensorFlow } from "../../../../src/engine/tensorflow/library/environment.ts";

prepareTensorFlow(2);
parentPort?.postMessage(process.env["TF_NUM_INTRAOP_THREADS"] ?? "unset");
