/** Inspects batches, or their parts, on an engine. */
import type { Engine } from "../../engine/engine.ts";
import { SharingProgram } from "../../policies/shared-prompts.ts";
import { batchSpecs, type Batch } from "../batch/collate.ts";
import { inspectedSignals } from "../batch/inspected-signals.ts";
import { sharedRows, sharesPrompts } from "../batch/shared-prompts.ts";
import type { InspectedTokens } from "../batch/token-log.ts";
import type { InspectedRows } from "./inspected.ts";
import { inspectionProgram, type InspectionOptions } from "./inspection.ts";
import { disposeAll, runProgram, takeMetrics, takeOutputs, type Buffers } from "./run-program.ts";

/** Inspects with programs that are compiled when a batch first needs them. */
export class Inspector {
  readonly #engine: Engine;
  readonly #options: InspectionOptions;
  readonly #programs: SharingProgram;

  constructor(engine: Engine, options: InspectionOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#programs = new SharingProgram(engine, options.policy, sharedRows(options), (policy) =>
      inspectionProgram({ ...options, policy }),
    );
  }

  /** What the program says of rows with `inspectedSignals`; `buffers` are the parameters and what is frozen. */
  async inspect(buffers: Buffers, arrays: Batch): Promise<InspectedRows> {
    const { batch, objective } = this.#options;
    const executable = await this.#programs.of(sharesPrompts(arrays, batch, this.#programs.count));
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

  /** Frees the programs. */
  async dispose(): Promise<void> {
    await this.#programs.dispose();
  }
}
