/** Messages of TensorBoard's HParams plugin (tensorboard/plugins/hparams/plugin_data.proto, api.proto). */
import type { Json } from "../../files/json.ts";
import type { RunStatus } from "../../runs/folder/manifest.ts";
import { hparamsValue } from "./event-file.ts";
import { bytesField, doubleField, integerField, message, textField } from "../../files/protobuf.ts";

/** A hyperparameter as the plugin knows them. */
export type HParam = number | boolean | string;

/** Lists are their JSON. */
export const hparamOf = (value: Json): HParam | undefined => {
  if (value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : value;
};

/** google.protobuf.Value */
const valueMessage = (value: HParam): Uint8Array => {
  if (typeof value === "number") return doubleField(2, value);
  return typeof value === "string" ? textField(3, value) : integerField(4, value);
};

const dataTypes = { string: 1, boolean: 2, number: 3 } as const;

/** Most values that a filter of the dashboard offers. */
const MOST_CHOICES = 100;

/** One column of the dashboard: a name, and the values that occur. */
const hparamInfo = (name: string, values: ReadonlySet<HParam>): Uint8Array => {
  const kinds = new Set([...values].map((value) => typeof value as keyof typeof dataTypes));
  const [kind] = kinds;
  const type = kinds.size === 1 && kind !== undefined ? integerField(4, dataTypes[kind]) : new Uint8Array(0);
  const choices = [...values].map((value) => bytesField(1, valueMessage(value)));
  const domain =
    kinds.size === 1 && values.size <= MOST_CHOICES ? bytesField(5, message(...choices)) : new Uint8Array(0);
  return message(textField(1, name), type, domain);
};

/** MetricInfo of a tag of the runs themselves. */
const metricInfo = (tag: string): Uint8Array => message(bytesField(1, textField(2, tag)));

/** What the dashboard shows: hyperparameters with their values, and metrics. `time` in milliseconds since 1970. */
export const experimentValue = (
  hparams: ReadonlyMap<string, ReadonlySet<HParam>>,
  metrics: readonly string[],
  time: number,
): Uint8Array => {
  const infos = [...hparams].map(([name, values]) => bytesField(4, hparamInfo(name, values)));
  const metricInfos = metrics.map((tag) => bytesField(5, metricInfo(tag)));
  return hparamsValue(
    "_hparams_/experiment",
    bytesField(2, message(doubleField(3, time / 1000), ...infos, ...metricInfos)),
  );
};

/** That a run begins, with its hyperparameters; runs of one `group` are one row. */
export const sessionStart = (hparams: ReadonlyMap<string, HParam>, group: string, time: number): Uint8Array => {
  const entries = [...hparams].map(([name, value]) =>
    bytesField(1, message(textField(1, name), bytesField(2, valueMessage(value)))),
  );
  return hparamsValue(
    "_hparams_/session_start_info",
    bytesField(3, message(...entries, textField(4, group), doubleField(5, time / 1000))),
  );
};

const statuses = { done: 1, failed: 2, running: 3, interrupted: 0, paused: 0 } as const satisfies Readonly<
  Record<RunStatus, number>
>;

/** How a run ended. */
export const sessionEnd = (status: RunStatus, time: number): Uint8Array =>
  hparamsValue(
    "_hparams_/session_end_info",
    bytesField(4, message(integerField(1, statuses[status]), doubleField(2, time / 1000))),
  );
