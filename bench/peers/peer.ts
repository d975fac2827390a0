/** What the peers written in TypeScript share: the loop over the steps, its clocks, and the line that reports them. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { chooseAdapter } from "../../src/node/adapters.ts";
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
  /** The first steps, which are not counted. Absent: two. */
  readonly warmUp?: number;
  /** Products that each time after the warm-up is the mean of. Absent: one. */
  readonly products?: number;
}

/** A workload ready to run on one backend. */
export interface Prepared {
  readonly version: string;
  readonly adapter: string;
  /** One training step, which ends with its loss on the host; or one product, which ends when it is computed. */
  step(index: number): Promise<number | undefined>;
  /** So many products one after the other, which end when all are computed. */
  products?(count: number): Promise<void>;
  /** A product's result. */
  result?(): Promise<ArrayLike<number>>;
}

/** How long a peer is run, in milliseconds; no shorter than so many steps. */
export interface Pace {
  readonly warmUp: number;
  readonly counted: number;
  /** What the products of a sample would take one by one. */
  readonly sample: number;
}

/** An idle GPU has low clocks, and its steps may take less than a millisecond. pytorch.py has the same numbers. */
export const HARDWARE: Pace = { warmUp: 500, counted: 2000, sample: 16 };
export const SOFTWARE: Pace = { warmUp: 0, counted: 0, sample: 0 };

interface Settings {
  readonly steps: number;
  /** No step begins after so many seconds, unless losses are still missing. */
  readonly seconds: number;
  readonly pace: Pace;
  readonly now?: () => number;
}

/** Whether this call compares libraries on a software GPU. Peers that need none are run like the others. */
async function isSoftware(): Promise<boolean> {
  const choice = chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
  return choice.then(
    ({ software }) => software,
    () => true,
  );
}

/** Runs a peer by its command line, FOLDER STEPS SECONDS BACKEND, and ends the process: some libraries keep it alive. */
export async function main(peer: string, prepare: (files: WorkloadFolder, backend: string) => Promise<Prepared>): Promise<never> {
  const [folder, steps, seconds, backend] = process.argv.slice(2);
  if (!folder || !steps || !seconds || !backend) throw new Error("usage: FOLDER STEPS SECONDS BACKEND; bench/peers/run.ts calls this");
  const files = readWorkload(folder);
  const prepared = await prepare(files, backend);
  const pace = (await isSoftware()) ? SOFTWARE : HARDWARE;
  const settings = { steps: Number(steps), seconds: Number(seconds), pace };
  const { losses, ...times } = await time(prepared, files.workload, settings);
  const { version, adapter } = prepared;
  const report: PeerReport = { peer, version, backend, adapter, workload: files.workload.name, losses, ...times };
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(report)}\n`, resolve));
  process.exit(0);
}

/** Libraries compile in the first step, and some again in the second. */
const LEAST_WARM_UP = 2;
const MOST_PRODUCTS = 1024;

type Times = Pick<PeerReport, "losses" | "milliseconds" | "processorMilliseconds" | "warmUp" | "products">;

/** Runs steps until there are as many as are wanted, all losses, and as much time as the pace wants. */
export async function time(prepared: Prepared, workload: Workload, settings: Settings): Promise<Times> {
  const { steps, seconds, pace, now = () => performance.now() } = settings;
  const losses: number[] = [];
  const milliseconds: number[] = [];
  const processorMilliseconds: number[] = [];
  const begin = now();
  let products = 1;
  let warmUp: { readonly steps: number; readonly end: number } | undefined;
  for (let index = 0; ; index += 1) {
    const start = now();
    if (!warmUp && index >= LEAST_WARM_UP && start - begin >= pace.warmUp) {
      warmUp = { steps: index, end: start };
      if (prepared.products) products = productsFor(milliseconds.slice(-1)[0]!, pace);
    }
    const isEnough = index >= steps && warmUp !== undefined && start - warmUp.end >= pace.counted;
    if (index >= BATCHES && (isEnough || start - begin > seconds * 1e3)) break;
    const processor = process.cpuUsage();
    const loss = products > 1 ? await prepared.products!(products).then(() => undefined) : await prepared.step(index);
    milliseconds.push((now() - start) / products);
    const { user, system } = process.cpuUsage(processor);
    processorMilliseconds.push((user + system) / 1e3 / availableParallelism() / products);
    if (loss !== undefined && losses.length < BATCHES) losses.push(loss);
  }
  if (workload.kind === "matmul") losses.push(...checksums(await prepared.result!()));
  const counts = { ...(warmUp ? { warmUp: warmUp.steps } : {}), ...(products > 1 ? { products } : {}) };
  return { losses, milliseconds, processorMilliseconds, ...counts };
}

/** Submitting a product and waiting for it may take longer than the product. */
function productsFor(milliseconds: number, { sample }: Pace): number {
  return Math.max(1, Math.min(MOST_PRODUCTS, Math.ceil(sample / Math.max(milliseconds, 1e-3))));
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
