/** The page's server in a process of its own, as `retort ui` starts it. */
import { spawn } from "node:child_process";

/** A server that runs. */
export interface OpenUi {
  /** The link. */
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts `retort ui` over a folder, and waits for its link. */
export const openUi = async (root: string, command = "dist/cli/retort.js"): Promise<OpenUi> => {
  const child = spawn(process.execPath, [command, "ui", "--runs", root, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
      const [link] = /http:\S+/u.exec(text) ?? [];
      if (link !== undefined && text.includes("\n")) resolve(link);
    });
    child.once("exit", () => reject(new Error("ui: expected a server, got one that ended; npm run build")));
  });
  return {
    url,
    pid: child.pid!,
    async close() {
      child.kill("SIGINT");
      await gone;
    },
  };
};
