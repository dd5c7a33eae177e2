/** What the commands that serve have in common: where they listen, what they log, and how Ctrl-C ends them. */
import { InvalidArgumentError, type Command } from "commander";
import { serveJson, type Route, type ServedRequest, type ServerOptions } from "../../remote/server.ts";
import { tokenFrom } from "../../remote/token.ts";
import type { Terminal } from "../display/terminal.ts";
import { visible } from "../../files/visible.ts";

/** Where a server listens. */
export interface ListenFlags {
  readonly host: string;
  readonly port: number;
  readonly tokenEnv?: string;
  readonly quiet?: true;
}

/** A port, 0 for a free one. `InvalidArgumentError` for another text. */
export const portIn = (text: string): number => {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`expected a port from 0 to 65535, got "${text}"`);
};

/** Adds `--host`, `--port`, `--token-env` and `--quiet`. */
export const addListenFlags = (command: Command): Command =>
  command
    .option("--host <address>", "where to listen; other machines can ask at any but this one's own", "127.0.0.1")
    .option("--port <n>", "0 takes a free one", portIn, 8000)
    .option(
      "--token-env <name>",
      "environment variable with the token that clients must send; needed where other machines can ask",
    )
    .option("--quiet", "no line for each request");

const logLine = ({ method, path, status, milliseconds, error }: ServedRequest): string => {
  const time = new Date().toISOString().slice(11, 19);
  const why = error === undefined ? "" : ` ${error.slice(0, 300)}`;
  return (
    `${time} ${visible(`${method} ${path.slice(0, 200)}`)} ${status} ${Math.round(milliseconds)} ` +
    `ms${visible(why)}\n`
  );
};

/** Resolves at Ctrl-C, or when the process is asked to end; a second time ends the process at once. */
export const untilStopped = (terminal: Pick<Terminal, "errors">): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
      terminal.errors.write("closing; press Ctrl-C again to stop at once\n");
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  });

/**
 * Serves until Ctrl-C, then lets what is at work end. The address goes to the output when requests are taken, `what` is
 * served and a line for each request to the errors. Errors are those of `serveJson` and `tokenFrom`.
 */
export const listen = async (
  routes: readonly Route[],
  what: string,
  { host, port, tokenEnv, quiet, largest }: ListenFlags & Pick<ServerOptions, "largest">,
  terminal: Terminal,
): Promise<void> => {
  const token = tokenEnv === undefined ? undefined : tokenFrom(tokenEnv, "--token-env");
  const stopped = untilStopped(terminal);
  const observe = quiet === true ? undefined : (request: ServedRequest) => void terminal.errors.write(logLine(request));
  const server = await serveJson(routes, { host, port, token, observe, largest });
  terminal.errors.write(`serving ${what}; Ctrl-C ends it\n`);
  terminal.output.write(`${server.url}\n`);
  await stopped;
  await server.close();
};
