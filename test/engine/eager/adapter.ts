/**
 * A WebGPU adapter for the tests, honestly: the machine's own when Dawn accepts it, else Chromium's software renderer (SwiftShader) where its
 * driver file is installed. Dawn refuses the software Vulkan of Mesa before 23, so Debian 12 needs `apt-get install chromium` for these tests.
 */
import { existsSync } from "node:fs";

/** Read by the Vulkan loader whenever an instance is made, so it can be set after a first look failed. */
const variable = "VK_ICD_FILENAMES";

const swiftShader = ["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib64/chromium-browser/vk_swiftshader_icd.json"];

const look = async (): Promise<boolean> => {
  // A name that TypeScript does not follow: the package may be missing when this is compiled.
  const name: string = "webgpu";
  const { create } = (await import(name)) as { readonly create: (flags: readonly string[]) => { requestAdapter(): Promise<unknown> } };
  return (await create([]).requestAdapter()) !== null;
};

/** Leaves the environment such that the next request finds an adapter, or gives the reason why none is there. */
export const missingAdapter = async (): Promise<string | undefined> => {
  try {
    if (await look()) return undefined;
    const driver = swiftShader.find((path) => existsSync(path));
    if (process.env[variable] !== undefined || driver === undefined)
      return "no Vulkan driver that Dawn accepts, and no SwiftShader of Chromium";
    process.env[variable] = driver;
    return (await look()) ? undefined : `Dawn accepts no adapter, nor ${driver}`;
  } catch (error) {
    return `the package webgpu does not load: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
};
