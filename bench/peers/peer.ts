/** What the peers written in TypeScript share: the loop over the steps, its clocks, and the line that reports them. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { BATCHES, readWorkload, type Workload, type WorkloadFolder } from "./workload.ts";

/** What a peer prints, as one line of JSON. */
export interface PeerReport {
  readonly peer: string;
  readonly version: string;
  readonly backend: string;
  readonly adapter: string;
  readonly workload: string;
  /** The losses of the first eight steps; for a matrix product, eight checksums. */
  readonly losses: readonly number[];
  /** Wall clock of every step; the first ones compile. */
  readonly milliseconds: readonly number[];
  /** Processor time of every step over the number of cores, which other processes do not change. */
  readonly processorMilliseconds: readonly number[];
}

/** A workload ready to run on one backend. */
export interface Prepared {
  readonly version: string;
  readonly adapter: string;
  /** One training step, which ends with its loss on the host; or one product, which ends when it is computed. */
  step(index: number): Promise<number | undefined>;
  /** A product's result. */
  result?(): Promise<ArrayLike<number>>;
}

export interface PeerArguments {
  readonly folder: string;
  readonly steps: number;
  /** No step begins after so many seconds, unless losses are still missing. */
  readonly seconds: number;
  readonly backend: string;
}

/** Runs a peer by its command line, FOLDER STEPS SECONDS BACKEND, and ends the process: some libraries keep it alive. */
export async function main(peer: string, prepare: (files: WorkloadFolder, backend: string) => Promise<Prepared>): Promise<never> {
  const [folder, steps, seconds, backend] = process.argv.slice(2);
  if (!folder || !steps || !seconds || !backend) throw new Error("usage: FOLDER STEPS SECONDS BACKEND; bench/peers/run.ts calls this");
  const files = readWorkload(folder);
  const prepared = await prepare(files, backend);
  const { losses, ...times } = await time(prepared, files.workload, { folder, steps: Number(steps), seconds: Number(seconds), backend });
  const { version, adapter } = prepared;
  const report: PeerReport = { peer, version, backend, adapter, workload: files.workload.name, losses, ...times };
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(report)}\n`, resolve));
  process.exit(0);
}

async function time(
  prepared: Prepared,
  workload: Workload,
  { steps, seconds }: PeerArguments,
): Promise<Pick<PeerReport, "losses" | "milliseconds" | "processorMilliseconds">> {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  const processorMilliseconds: number[] = [];
  const end = performance.now() + seconds * 1e3;
  for (let index = 0; index < Math.max(steps, BATCHES); index += 1) {
    const start = performance.now();
    if (index >= BATCHES && start > end) break;
    const processor = process.cpuUsage();
    const loss = await prepared.step(index);
    milliseconds.push(performance.now() - start);
    const { user, system } = process.cpuUsage(processor);
    processorMilliseconds.push((user + system) / 1e3 / availableParallelism());
    if (loss !== undefined && losses.length < BATCHES) losses.push(loss);
  }
  if (workload.kind === "matmul") losses.push(...checksums(await prepared.result!()));
  return { losses, milliseconds, processorMilliseconds };
}

/** Weighted means of the squares of each eighth of a product: eight numbers, at least one of which a misplaced block changes. */
export function checksums(product: ArrayLike<number>): number[] {
  const part = product.length / BATCHES;
  return Array.from({ length: BATCHES }, (_, k) => {
    let sum = 0;
    for (let i = k * part; i < (k + 1) * part; i += 1) sum += product[i]! ** 2 * ((i % 13) + 1);
    return sum / part;
  });
}

/** The version of a package that bench/peers installed. @throws where it is not installed, with the command that does it */
export function installedVersion(name: string): string {
  try {
    const text = readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    throw new Error(`${name} is not installed: run \`npm ci --prefix bench/peers\``);
  }
}

/**
 * Imports a package of bench/peers. Its name is a variable, and its type an interface of the parts in use, because types are also
 * checked where bench/peers is not installed.
 */
export async function importPeer<Face>(name: string): Promise<Face> {
  installedVersion(name);
  return (await import(name)) as Face;
}
