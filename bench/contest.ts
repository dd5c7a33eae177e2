/** Contestants in processes of their own: starting them, having them work in turn, and what is made of their times. */
import { fork, type ChildProcess } from "node:child_process";

/** Starts the file at `url` with one argument, as JSON. */
export const start = (url: URL, argument: unknown): ChildProcess =>
  fork(url, [JSON.stringify(argument)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });

/** Sends one message and gives the answer. Rejects when the process ends instead. */
export const ask = <Answer>(child: ChildProcess, message: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a contestant's process ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (answer) => {
      child.off("exit", ended);
      resolve(answer as Answer);
    });
    child.send(message);
  });

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
