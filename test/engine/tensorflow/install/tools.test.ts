/** Other programs, run. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { runTool, ToolFailure } from "../../../../src/engine/tensorflow/install/tools.ts";

const signal = new AbortController().signal;
const script = (code: string): [string, string[]] => [process.execPath, ["-e", code]];

describe("runTool", () => {
  test("gives what a program wrote, with variables beside this process's own", async () => {
    const environment = { RETORT_TOOL: "given" };
    expect(await runTool(...script("process.stdout.write(process.env.RETORT_TOOL)"), { signal, environment })).toBe("given");
  });

  test("says where a program comes from that is not there", async () => {
    const environment = { PATH: "" };
    await expect(runTool("g++", [], { signal, environment })).rejects.toThrow(
      "engines: expected g++ on the PATH, got none; install a C++ compiler (Debian: apt-get install g++)",
    );
  });

  test("says the last line that names an error, or else the last one", async () => {
    const failing = async (code: string): Promise<ToolFailure> => {
      const error: unknown = await runTool(...script(code), { signal }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ToolFailure);
      return error as ToolFailure;
    };
    const named = await failing('console.error("ERROR: no such thing\\nmore\\n"); process.exit(3)');
    expect(named.said).toBe("ERROR: no such thing");
    expect(named.message).toContain("ended with 3: ERROR: no such thing");
    expect((await failing('console.log("first\\nlast\\n\\n"); process.exit(1)')).said).toBe("last");
    expect((await failing("process.exit(1)")).said).toBe("it said nothing");
  });

  test("aborting ends a program and those that it started", async () => {
    // Both connect, and a connection ends with its process.
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const connects = `require("node:net").connect(${port}, "127.0.0.1")`;
    const code = `${connects}; require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(connects)}]);`;
    const controller = new AbortController();
    const running = runTool(...script(code), { signal: controller.signal });
    const sockets = [(await once(server, "connection"))[0], (await once(server, "connection"))[0]] as Socket[];
    const ended = sockets.map((socket) =>
      once(
        socket.on("error", () => undefined),
        "close",
      ),
    );
    for (const socket of sockets) socket.resume();
    controller.abort(new Error("stopped"));
    await expect(running).rejects.toThrow("stopped");
    await Promise.all(ended);
    server.close();
    await expect(runTool(...script(""), { signal: controller.signal })).rejects.toThrow("stopped");
  });
});
