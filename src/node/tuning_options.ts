import { createLogUpdate } from "log-update";
import type { TuningOptions } from "../gpu/tuning.ts";
import { cacheFolders } from "./cache.ts";
import { environment } from "./environment.ts";
import { tuningCache } from "./tuning_cache.ts";
import { webgpuVersion } from "./webgpu_version.ts";

/** The values of ENTROPIC_TUNE and their meanings. */
const TUNE = {
  0: { mode: "off" },
  1: { mode: "on" },
  force: { mode: "force" },
  all: { mode: "on", all: true },
  "force-all": { mode: "force", all: true },
} as const satisfies Readonly<Record<string, TuningOptions>>;

/** How kernels are timed in this process: as an option says, else as ENTROPIC_TUNE does, else on hardware only. */
export function tuningOptions(tune: boolean | "force" | undefined, toggles: readonly string[]): TuningOptions {
  const word = tune === undefined ? environment("ENTROPIC_TUNE") : tune === "force" ? "force" : tune ? "1" : "0";
  const store = tuningCache(cacheFolders(tuningFolder(toggles)));
  return { store, dawn: `webgpu ${webgpuVersion()}`, progress: progressLine(), ...(word === undefined ? {} : TUNE[word]) };
}

/** Where a combination of toggles keeps its choices: what is fastest without safeguards need not be so with them. */
export function tuningFolder(toggles: readonly string[]): string {
  return ["tuning", ...toggles].join("+");
}

/** A line that changes, where standard error is a terminal. */
function progressLine(): TuningOptions["progress"] {
  if (!process.stderr.isTTY) return undefined;
  const update = createLogUpdate(process.stderr, { showCursor: true });
  return (line) => (line === undefined ? update.clear() : update(line.slice(0, (process.stderr.columns ?? 80) - 1)));
}
