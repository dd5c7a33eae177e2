/** The paper's numbers beside our means. */
import { axisOf, sameValue, type Trial } from "../../evaluation/claims/trial.ts";
import type { PaperComparison } from "../../reproduction/paper-agreement.ts";
import type { Setting, SettingMeans } from "./setting-means.ts";

/** The paper's number of a setting, in our unit; nothing where it has none. */
export type PaperNumbers = (setting: Setting, metric: string) => number | undefined;

/** Whether an axis is one that the paper's settings can have: what else is not the same here is none. */
const isSetting = (pointer: string): boolean => pointer === "run" || pointer.startsWith("/");

/** Of the settings of a figure's means. */
export const paperNumbers = ({ trials }: PaperComparison, { axes }: SettingMeans): PaperNumbers => {
  const isOf = (trial: Trial, { values }: Setting): boolean =>
    axes.every(({ pointer }, i) => !isSetting(pointer) || sameValue(axisOf(trial, pointer), values[i]));
  return (setting, metric) => trials.find((trial) => isOf(trial, setting))?.final[metric];
};
