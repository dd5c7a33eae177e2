/** The option of commands that train on this machine. */
import { Option } from "commander";

/** `--over-memory`, which is `true` where it is given. */
export const overMemoryOption = (): Option =>
  new Option("--over-memory", "start what is estimated to take more memory than this machine has");
