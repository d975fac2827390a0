import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parse } from "yaml";
import { brief, reasonOf } from "../options/quote.ts";
import { type Finding, parseFindings } from "./findings.ts";
import { type Metrics, parseMetrics } from "./metrics.ts";

/** A run folder as reports need it. */
export interface Run {
  /** The name that legends show: the folder's last part, or more of the path where two runs share it. */
  readonly name: string;
  readonly folder: string;
  readonly metrics: readonly Metrics[];
  /** What diagnostics found while it ran. */
  readonly findings: readonly Finding[];
  /** The name of its controller, where the run's config.yaml tells it. Pictures give each a colour. */
  readonly method?: string;
  /** The limit of |alpha|, where the run's config.yaml tells it. */
  readonly alphaLimit?: number;
}

/** Reads RUN/metrics.jsonl and, if they are there, RUN/diagnostics.jsonl and RUN/config.yaml. Throws a one-line Error when there is nothing to read. */
export async function loadRun(folder: string): Promise<Run> {
  const file = join(folder, "metrics.jsonl");
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`${brief(folder)} holds no readable metrics.jsonl; give a run folder such as runs/quickstart.`);
  });
  const metrics = readable(file, text, parseMetrics);
  if (metrics.length === 0) throw new Error(`${brief(file)} has no steps yet; wait for the run's first step.`);
  const entropy = readEntropySection(await readFile(join(folder, "config.yaml"), "utf8").catch(() => ""));
  return {
    name: basename(resolve(folder)),
    folder,
    metrics,
    findings: await loadFindings(folder),
    ...(typeof entropy.controller === "string" && { method: entropy.controller }),
    ...(typeof entropy.limit === "number" && { alphaLimit: entropy.limit }),
  };
}

/** Reads RUN/diagnostics.jsonl; a run without one has no findings. Throws a one-line Error when it is damaged. */
export async function loadFindings(folder: string): Promise<Finding[]> {
  const file = join(folder, "diagnostics.jsonl");
  return readable(file, await readFile(file, "utf8").catch(() => ""), parseFindings);
}

function readable<Item>(file: string, text: string, parseItems: (text: string) => Item[]): Item[] {
  try {
    return parseItems(text);
  } catch (error) {
    throw new Error(`${brief(file)}: ${reasonOf(error)}; repair or remove that line.`);
  }
}

/** The section `entropy` of a run's configuration; empty where the file cannot be read. */
function readEntropySection(yaml: string): { readonly controller?: unknown; readonly limit?: unknown } {
  try {
    return parse(yaml)?.entropy ?? {};
  } catch {
    return {};
  }
}
