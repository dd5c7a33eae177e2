/** `--ui`: the page over the runs, for as long as a command runs them. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { Option } from "commander";
import { ownCommand } from "./own-command.ts";
import { portIn } from "./listen.ts";
import type { Terminal } from "../display/terminal.ts";

/** A port, or true for the usual one. */
export type UiFlag = number | true | undefined;

/** Milliseconds in which the page says where it is. */
const startTime = 30_000;

/** The option. */
export const uiOption = (): Option =>
  new Option(
    "--ui [port]",
    "serve a page over the runs on this machine while they run, and print its link; 0 takes a free port",
  ).argParser(portIn);

/** The first line that a process writes; nothing when it ends without one. */
const firstLine = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(() => resolve(undefined), startTime);
    timer.unref();
    const settle = (line: string | undefined): void => {
      clearTimeout(timer);
      resolve(line);
    };
    child.stdout?.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.includes("\n")) settle(text.slice(0, text.indexOf("\n")));
    });
    child.once("exit", () => settle(undefined));
    child.once("error", () => settle(undefined));
  });

/** Starts the page, and gives what ends it. */
const startUi = (out: string, flag: Exclude<UiFlag, undefined>, { errors }: Terminal): (() => void) => {
  mkdirSync(out, { recursive: true });
  const [node, ...parameters] = ownCommand();
  const port = flag === true ? [] : ["--port", String(flag)];
  const child = spawn(node!, [...parameters, "ui", "--runs", out, ...port], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C in the terminal is for the training, which ends the page.
    detached: true,
  });
  child.unref();
  child.channel?.unref();
  let [problem, isEnding] = ["", false];
  child.stderr?.on("data", (piece: Buffer) => (problem = `${problem}${piece.toString()}`.slice(-2000)));
  void firstLine(child).then((url) => {
    if (url !== undefined) errors.write(`page: ${url}\n`);
    else if (!isEnding) errors.write(`no page: ${problem.trim() || "it did not start"}\n`);
  });
  return () => {
    isEnding = true;
    if (child.connected) child.disconnect();
  };
};

/** Does the work, with the page over the runs in `out` where that is asked for. A page that fails stops no run. */
export const withUi = async (
  flag: UiFlag,
  out: string,
  terminal: Terminal,
  work: () => Promise<void>,
): Promise<void> => {
  if (flag === undefined) return work();
  const end = startUi(out, flag, terminal);
  try {
    await work();
  } finally {
    end();
  }
};
