/** The server of the page, on this machine alone. */
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { AddressInfo, Server } from "node:net";
import { WatchedRuns } from "../answering/watched-runs.ts";
import { addAnswers } from "./answer-routes.ts";
import { addControls } from "./control-routes.ts";
import { addEvents } from "./event-routes.ts";
import { guard, refuse } from "./guard.ts";
import { addPage } from "./page-files.ts";
import { uiToken } from "./ui-token.ts";

/** What is shown, and where. */
export interface UiOptions {
  /** The folder of the runs. */
  readonly root: string;
  /** Exactly this port; 0 takes a free one. When left out, the usual one or the next that is free. */
  readonly port?: number | undefined;
  /** How this package's command is started: Node, and its file. */
  readonly command: readonly string[];
  /** Where commands are started; where this process was when left out. */
  readonly cwd?: string | undefined;
  /** In the link; this user's own when left out. */
  readonly token?: string | undefined;
  /** Where `page.js` and `page.css` are; as they were built when left out. */
  readonly page?: string | undefined;
}

/** A server that runs. */
export interface UiServer {
  /** With the token. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Only programs of this machine can ask here. */
const host = "127.0.0.1";

/** Tried in this order where no port is named. */
const usualPorts = Array.from({ length: 20 }, (_, i) => 6400 + i);

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

const isTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES");

const listenOn = async (server: Server, port: number | undefined): Promise<number> => {
  const ports = port === undefined ? [...usualPorts, 0] : [port];
  for (const [i, candidate] of ports.entries()) {
    try {
      await listening(server, candidate);
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (i + 1 < ports.length && isTaken(error)) continue;
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`ui: expected to listen on ${host}:${candidate}, got ${message}; give another --port`, {
        cause: error,
      });
    }
  }
  throw new Error("ui: expected a free port, got none");
};

/**
 * Serves the page over the runs below a folder. `RangeError` where that is no folder, `Error` where it cannot listen.
 */
export const serveUi = async (options: UiOptions): Promise<UiServer> => {
  const { root, command, cwd = process.cwd(), token = uiToken() } = options;
  const runs = new WatchedRuns(root);
  const app = new Hono();
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server;
  const port = await listenOn(server, options.port);
  app.use(guard({ token, port }));
  addPage(app, runs.root, options.page);
  addAnswers(app, runs);
  addEvents(app, runs);
  addControls(app, runs, { command, root: runs.root, cwd });
  app.notFound((context) => refuse(context, 404, "expected a path of the page, got another"));
  app.onError((error, context) => refuse(context, 500, error.message));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      if ("closeAllConnections" in server) (server as { closeAllConnections: () => void }).closeAllConnections();
    });
  return { url: `http://${host}:${port}/?token=${token}`, port, close };
};
