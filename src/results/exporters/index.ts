/** All exporters. */
import { csv } from "./csv.ts";
import type { Exporter } from "./exporter.ts";
import { mlflow } from "./mlflow.ts";
import { parquet } from "./parquet.ts";
import { tensorboard } from "./tensorboard.ts";

/** In the order in which help lists them. */
export const exporters: readonly Exporter[] = [tensorboard, csv, parquet, mlflow];
