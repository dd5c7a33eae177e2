/** What each family asks of the modules that join it; the import of a family registers it. */
import type { ModuleContract } from "./module-registry.ts";
import type { PluginKind } from "./plugin.ts";

const contracts = new Map<PluginKind, ModuleContract>();

/** Says what a family asks. */
export const addContract = (kind: PluginKind, contract: ModuleContract): void => {
  contracts.set(kind, contract);
};

/** What a family asks. `Error` when it has not been imported. */
export const contractOf = (kind: PluginKind): ModuleContract => {
  const contract = contracts.get(kind);
  if (contract === undefined) throw new Error(`modules: expected the family ${kind} to be imported, got none`);
  return contract;
};
