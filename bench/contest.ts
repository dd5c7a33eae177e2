/** Contestants in processes of their own: starting them, having them work in turn, and what is made of their times. */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A process that answers messages, one after the other. */
export interface Contender {
  /** Sends one message and gives the answer. Rejects when the process ends instead. */
  ask<Answer>(message: string): Promise<Answer>;
  kill(): void;
}

/** Waits for what `listen` hears, or for the end of the process, which is an error. */
const answerOf = <Answer>(
  child: ChildProcess,
  send: () => void,
  listen: (heard: (answer: Answer) => void) => void,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const failed = (reason: unknown): void => reject(new Error(`a contestant's process ended with ${String(reason)}`));
    child.once("exit", failed);
    listen((answer) => {
      child.off("exit", failed);
      resolve(answer);
    });
    send();
  });

/** Starts the file at `url` with one argument, as JSON. */
export const start = (url: URL, argument: unknown): Contender => {
  const child = fork(url, [JSON.stringify(argument)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    ask: <Answer>(message: string) =>
      answerOf<Answer>(
        child,
        () => child.send(message),
        (heard) => child.once("message", (answer) => heard(answer as Answer)),
      ),
    kill: () => child.kill(),
  };
};

/**
 * Starts a file of Python with one argument, as JSON: it answers each line of its input with a line of JSON. `env` is
 * added to the environment.
 */
export const startPython = (
  python: string,
  url: URL,
  argument: unknown,
  env: Readonly<Record<string, string>> = {},
): Contender => {
  const child = spawn(python, [fileURLToPath(url), JSON.stringify(argument)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const lines = createInterface({ input: child.stdout });
  // A Python that is not there is known before it is asked.
  const absent = new Promise<never>((_, reject) => {
    child.once("error", ({ message }) => reject(new Error(`${python}: ${message}`)));
  });
  absent.catch(() => undefined);
  child.stdin.on("error", () => undefined);
  return {
    ask: <Answer>(message: string) =>
      Promise.race([
        absent,
        answerOf<Answer>(
          child,
          () => child.stdin.write(`${message}\n`),
          (heard) => lines.once("line", (line) => heard(JSON.parse(line) as Answer)),
        ),
      ]),
    kill: () => child.kill(),
  };
};

/** Answers every message with what `work` makes of it; ends the process when it fails. */
export const answer = (work: (message: string) => Promise<object>): void => {
  process.on("message", (message: string) => {
    work(message).then(
      (result) => process.send!(result),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
};

/** Says to people, and not to who reads the data, how far it is. */
export const report = (text: string): void => void process.stderr.write(`${text}\n`);
