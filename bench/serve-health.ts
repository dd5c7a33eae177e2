/**
 * Asks a server for its health every 50 ms until its input ends, then prints the times of the answers in ms as JSON:
 * `node --import tsx bench/serve-health.ts URL`. In a process of its own, where the other clients' work delays nothing.
 */
import { once } from "node:events";
import { Agent, request } from "undici";

const url = `${process.argv[2]}/health`;
const dispatcher = new Agent({ connections: 1 });
/** `null` for an answer that was not 200: JSON has no infinity. */
const times: (number | null)[] = [];
let watching = true;
process.stdin.resume();
void once(process.stdin, "end").then(() => (watching = false));

while (watching) {
  const start = performance.now();
  const { statusCode, body } = await request(url, { dispatcher });
  await body.arrayBuffer();
  times.push(statusCode === 200 ? performance.now() - start : null);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
process.stdout.write(JSON.stringify(times));
process.exit();
