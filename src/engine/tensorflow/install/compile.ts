/** Compiles tfjs-node's binding against the library. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { folderPaths } from "../library/folder.ts";
import { runTool, ToolFailure } from "./tools.ts";

/**
 * The least severity that the library writes to stderr. Its own function takes all, and TensorFlow 2.21 says two lines
 * while it is loaded, whatever the environment says. A library that is loaded for a binding finds the binding's
 * functions before its own; `absl::lts_20250814` is what this version is linked with. As in earlier versions,
 * TF_CPP_MIN_LOG_LEVEL takes information (0), warnings (1), errors (2) or fatal errors (3), here by default.
 */
const logLevel = `#include <cstdlib>
namespace absl {
namespace lts_20250814 {
enum class LogSeverityAtLeast : int;
__attribute__((visibility("default"))) LogSeverityAtLeast MinLogLevel() {
  static const char *const level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  return static_cast<LogSeverityAtLeast>(level == nullptr ? 3 : std::atoi(level));
}
}  // namespace lts_20250814
}  // namespace absl
`;

/** Folders of a compilation. */
export interface CompileFolders {
  /** As it will be: library and headers are in it, the binding is written to it. */
  readonly target: string;
  /** Of tfjs-node, unpacked. */
  readonly backend: string;
  /** Of Node-API's headers. */
  readonly headers: string;
}

/** Compiles the binding; it finds the library beside itself, wherever the folder is moved. `Error` where g++ fails. */
export const compileBinding = async (
  { target, backend, headers }: CompileFolders,
  signal: AbortSignal,
): Promise<void> => {
  const level = join(backend, "log_level.cc");
  await writeFile(level, logLevel);
  // Its errors name its files, and the folder has another name each time.
  const flags = ["-O2", "-std=c++17", "-fPIC", "-shared", "-DNAPI_VERSION=8", `-ffile-prefix-map=${backend}=tfjs-node`];
  const folders = [join(target, folderPaths.headers), headers, backend].flatMap((folder) => ["-I", folder]);
  const sources = [...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(backend, "binding", name)), level];
  const linked = [
    "-L",
    join(target, folderPaths.tensorflow),
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    `-Wl,-rpath,$ORIGIN/${folderPaths.tensorflow}`,
  ];
  try {
    await runTool("g++", [...flags, ...folders, ...sources, "-o", join(target, folderPaths.binding), ...linked], {
      signal,
    });
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    throw new Error(
      `engines: the binding does not compile: ${error.said}; it needs a C++ compiler for C++17 with its library ` +
        "(Debian: apt-get install g++)",
      { cause: error },
    );
  }
};
