/** Whether a training learns from sequences that are not the student's. */
import { boundsOf } from "../../objectives/schedules/schedule.ts";
import type { DataSettings } from "./training-settings.ts";

/**
 * Whether any step may learn from sequences that the student did not write: lambda is below 1 at some time, or what
 * decides it is found out in training.
 */
export const learnsOffPolicy = ({
  adaptive,
  onPolicyFraction,
}: Pick<DataSettings, "adaptive" | "onPolicyFraction">): boolean =>
  adaptive !== undefined || boundsOf(onPolicyFraction).least < 1;
