/** Inspects batches, or their parts, on an engine. */
import type { Engine } from "../../engine/engine.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { inspectedSignals } from "../batch/inspected-signals.ts";
import type { InspectedTokens } from "../batch/token-log.ts";
import type { InspectedRows } from "./inspected.ts";
import { inspectionProgram, type InspectionOptions } from "./inspection.ts";
import { SharingProgram } from "./sharing-program.ts";
import { disposeAll, runProgram, takeMetrics, takeOutputs, type Buffers } from "./run-program.ts";

/** Inspects with a program that is compiled at the first call. */
export class Inspector {
  readonly #engine: Engine;
  readonly #options: InspectionOptions;
  readonly #programs: SharingProgram<InspectionOptions>;

  constructor(engine: Engine, options: InspectionOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#programs = new SharingProgram(engine, options, inspectionProgram);
  }

  /** What the program says of rows with `inspectedSignals`; `buffers` are the parameters and what is frozen. */
  async inspect(buffers: Buffers, arrays: Batch): Promise<InspectedRows> {
    const { batch, objective } = this.#options;
    const executable = await this.#programs.of(arrays);
    const specs = batchSpecs(batch, inspectedSignals(objective.needs));
    const reader = `the objective ${objective.name}`;
    const outputs = await runProgram(this.#engine, executable, buffers, { specs, arrays, reader });
    try {
      const logProbs = (await this.#engine.download(outputs["logProbs"]!)) as Float32Array;
      const diagnostics = await takeOutputs(this.#engine, outputs, "diagnostics/");
      const seen = { metrics: await takeMetrics(this.#engine, outputs), diagnostics, logProbs };
      const tokens = await takeOutputs(this.#engine, outputs, "tokens/");
      return Object.keys(tokens).length === 0 ? seen : { ...seen, tokens: tokens as unknown as InspectedTokens };
    } finally {
      disposeAll(new Map(Object.entries(outputs)));
    }
  }

  /** Frees the program. */
  async dispose(): Promise<void> {
    await this.#programs.dispose();
  }
}
