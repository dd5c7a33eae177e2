/** Installs TensorFlow's library: `retort engines install tensorflow`. */
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { writeWhole } from "../../../files/atomic-file.ts";
import { fileHash } from "../../../files/regular-file.ts";
import { tryLibrary } from "../library/check.ts";
import {
  enginesFolder,
  folderPaths,
  installedTensorFlow,
  tensorFlowFolder,
  tensorFlowVersion,
  type FetchedFile,
  type Installation,
  type TensorFlowDevice,
} from "../library/folder.ts";
import { bundleBackend } from "./bundle.ts";
import { compileBinding } from "./compile.ts";
import { checkWheel, fetchPackage, fetchWheels } from "./fetch.ts";
import { pinnedBackend, pinnedHeaders, pinnedWheels } from "./pinned.ts";
import { checkRequirements } from "./requirements.ts";
import { extraRequirements, unpackPackage, unpackWheel } from "./unpack.ts";

/** What is to be installed. */
export interface InstallRequest {
  readonly device: TensorFlowDevice;
  /** Path of TensorFlow's wheel, in place of fetching it. */
  readonly wheel?: string;
  /** Aborting ends the programs that run and leaves nothing. */
  readonly signal: AbortSignal;
  /** Told what is done next. */
  readonly report: (text: string) => void;
}

/** Where an installation is made: the folder as it will be, beside what is removed at the end. */
interface Places {
  readonly work: string;
  readonly target: string;
}

/** What the compilation of the binding needs of TensorFlow's wheel. */
const headers = [
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/ctstring",
  "tensorflow/include/tsl/platform/ctstring",
  "tensorflow/include/xla/tsl/c/tsl_status.h",
];
const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

const unpackTensorFlow = async (wheel: string, { work, target }: Places, signal: AbortSignal): Promise<void> => {
  const unpacked = join(work, "wheel");
  const starts = [...libraries.map((name) => `tensorflow/${name}`), ...headers];
  await unpackWheel(wheel, unpacked, { starts }, signal);
  await mkdir(join(target, folderPaths.tensorflow), { recursive: true });
  for (const name of libraries)
    await rename(join(unpacked, "tensorflow", name), join(target, folderPaths.tensorflow, name));
  await rename(join(unpacked, "tensorflow", "include"), join(target, folderPaths.headers));
};

/** CUDA's libraries, which the wheel names and its library looks for beside its own folder. */
const installCuda = async (wheel: string, places: Places, request: InstallRequest): Promise<readonly FetchedFile[]> => {
  const { signal, report } = request;
  const requirements = await extraRequirements(wheel, "and-cuda", signal);
  if (requirements.length === 0) throw new Error(`engines: expected ${wheel} to name CUDA's libraries, got none`);
  report(`downloading ${requirements.length} wheels of CUDA's libraries (2.8 GB)`);
  const wheels = await fetchWheels(requirements, join(places.work, "cuda"), { work: places.work, signal });
  report("unpacking CUDA's libraries");
  const fetched: FetchedFile[] = [];
  for (const path of wheels) {
    fetched.push({ name: basename(path), sha256: await fileHash(path) });
    const but = ["*/include/*", "*.a", "*.py"];
    await unpackWheel(path, join(places.target, folderPaths.library), { starts: ["nvidia/"], but }, signal);
    await rm(path);
  }
  return fetched;
};

/** Fetches and compiles what joins the library and TensorFlow.js. */
const installBackend = async ({ work, target }: Places, { signal, report }: InstallRequest): Promise<void> => {
  report(`downloading ${pinnedBackend.spec} and ${pinnedHeaders.spec}`);
  const backend = await fetchPackage(pinnedBackend, { work, signal });
  const nodeHeaders = await fetchPackage(pinnedHeaders, { work, signal });
  await unpackPackage(backend, join(work, "backend"), signal);
  await unpackPackage(nodeHeaders, join(work, "headers"), signal);
  report("compiling the binding");
  const folder = join(work, "backend", "package");
  await compileBinding({ target, backend: folder, headers: join(work, "headers", "package", "include") }, signal);
  await bundleBackend(folder, join(target, folderPaths.backend));
};

const hashesOf = async (target: string): Promise<Record<string, string>> => {
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) =>
    entry.isFile() ? [relative(target, join(entry.parentPath, entry.name))] : [],
  );
  const hashes: Record<string, string> = {};
  for (const path of paths.toSorted())
    if (!path.startsWith(folderPaths.headers)) hashes[path] = await fileHash(join(target, path));
  return hashes;
};

/** Makes the folder whole beside its place: fetches, unpacks, compiles, and lets it compute once. */
const make = async (places: Places, request: InstallRequest, compiler: string): Promise<Installation> => {
  const { device, signal, report } = request;
  const { work, target } = places;
  const pinned = pinnedWheels[device];
  if (request.wheel === undefined) report(`downloading ${pinned.requirement} (${pinned.megabytes} MB)`);
  const [path] =
    request.wheel === undefined
      ? await fetchWheels([pinned.requirement], join(work, "tensorflow"), { work, signal })
      : [request.wheel];
  const wheel = await checkWheel(path!, pinned);
  report("unpacking TensorFlow's library");
  await unpackTensorFlow(path!, places, signal);
  const cuda = device === "gpu" ? await installCuda(path!, places, request) : [];
  await installBackend(places, request);
  const installation: Installation = {
    version: tensorFlowVersion,
    device,
    wheel,
    cuda,
    packages: [pinnedBackend.spec, pinnedHeaders.spec],
    compiler,
    date: new Date().toISOString(),
    files: await hashesOf(target),
  };
  await writeWhole(join(target, folderPaths.record), `${JSON.stringify(installation, null, 2)}\n`);
  report("trying it");
  await tryLibrary(device, { environment: { XDG_CACHE_HOME: work }, signal });
  signal.throwIfAborted();
  return installation;
};

const unfinished = ".installing-";

/** Milliseconds after which what an installation left that was killed is nobody's any more. */
const abandoned = 86_400_000;

const removeAbandoned = async (engines: string): Promise<void> => {
  for (const name of await readdir(engines)) {
    const path = join(engines, name);
    if (name.startsWith(unfinished) && Date.now() - (await stat(path)).mtimeMs > abandoned)
      await rm(path, { recursive: true, force: true });
  }
};

/** Takes away empty folders, from one up to another above it. */
const removeEmpty = async (from: string, to: string): Promise<void> => {
  for (let folder = from; folder.startsWith(to); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
};

/** What an installation came to. */
export interface InstallResult {
  readonly folder: string;
  readonly installation: Installation;
  /** It was there before, so that nothing was fetched. */
  readonly already: boolean;
}

/** Puts a finished folder in its place, unless another installation was quicker. */
export const place = async (target: string, folder: string, installation: Installation): Promise<InstallResult> => {
  try {
    await rename(target, folder);
    return { folder, installation, already: false };
  } catch (error) {
    const other = installedTensorFlow(installation.device);
    if (other !== undefined) return { folder, installation: other, already: true };
    throw new Error(`engines: ${folder} is there already, and nothing that was installed is in it; remove it`, {
      cause: error,
    });
  }
};

/**
 * Installs TensorFlow's library where it is not there yet. All is made in a folder beside its place, and renamed when
 * it has computed: a second installation at the same time does no harm, and one that fails or is aborted leaves
 * nothing.
 * Rejects with the reason and the remedy.
 */
export const installTensorFlow = async (request: InstallRequest): Promise<InstallResult> => {
  const { device, wheel, signal } = request;
  const folder = tensorFlowFolder(device);
  const before = installedTensorFlow(device);
  if (before !== undefined) return { folder, installation: before, already: true };
  if (wheel !== undefined) await checkWheel(wheel, pinnedWheels[device]);
  const compiler = await checkRequirements({ device, pip: wheel === undefined || device === "gpu" }, signal);
  const engines = enginesFolder();
  const made = await mkdir(engines, { recursive: true });
  let work: string | undefined;
  try {
    await removeAbandoned(engines);
    work = await mkdtemp(join(engines, unfinished));
    // As a user's cache has it, so that the library can be tried there.
    const target = join(work, "retort", "engines", basename(folder));
    await mkdir(target, { recursive: true });
    return await place(target, folder, await make({ work, target }, request, compiler));
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true, maxRetries: 3 });
    if (made !== undefined) await removeEmpty(engines, made);
  }
};
