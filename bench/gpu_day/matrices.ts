/** Times products of frozen f16 weights by matrix instructions, beside those by tiles, and prints JSON. run.ts calls it. */
import { parseArgs } from "node:util";
import type { Device } from "../../src/gpu/device.ts";
import { hasHung } from "../../src/gpu/flight.ts";
import { fittingMatrices, type MatrixConfiguration, SUBGROUP_MATRIX_FEATURE, type SubgroupMatrix } from "../../src/gpu/subgroup_matrix.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { endWithin } from "../../src/node/end_process.ts";
import { environment } from "../../src/node/environment.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { tilesFor } from "../../src/ops/matmul/families/tiled.ts";
import { halfCase } from "../cases/matmul.ts";
import { type BenchCase, type BenchReport, runCases } from "../harness.ts";

export interface MatrixTimes {
  readonly adapter: string;
  /** Every matrix instruction that the driver has, and those that a kernel of ours can use. */
  readonly configurations: readonly MatrixConfiguration[];
  readonly usable: readonly SubgroupMatrix[];
  /** Least and largest size of a subgroup. */
  readonly subgroups: readonly [number | undefined, number | undefined];
  /** Why nothing was timed. */
  readonly skipped?: string;
  /** What was said meanwhile: a kernel that fails its check is named, and a tile takes its place. */
  readonly warnings?: readonly string[];
  readonly report?: BenchReport;
}

/** The products of the MLP of Qwen2.5-0.5B, whose weights are frozen, with 4,096 tokens. */
const SHAPES = [
  [4096, 4864, 896],
  [4096, 896, 4864],
] as const;

/** Where no kernel is timed against others, the first guess is taken: matrix instructions, where there are any. */
function products(device: Device, dry: boolean): BenchCase[] {
  const shapes = dry ? ([[64, 64, 160]] as const) : SHAPES;
  return shapes.flatMap((shape) => {
    const [rows, columns, inner] = shape;
    const tiles = dry ? [] : tilesFor({ sizes: { rows, columns, inner }, splits: 1 }, device);
    return [halfCase(shape), ...tiles.map((tile) => halfCase(shape, { family: "tiled", tile }))];
  });
}

async function timeMatrices(adapter: string | undefined, dry: boolean): Promise<MatrixTimes> {
  const { adapter: found, name } = await chooseAdapter(adapter ?? environment("ENTROPIC_ADAPTER") ?? "auto");
  const info = found.info as GPUAdapterInfo & { readonly subgroupMatrixConfigs?: Iterable<MatrixConfiguration> };
  const all = [...(info.subgroupMatrixConfigs ?? [])];
  const wish = environment("ENTROPIC_SUBGROUP_MATRIX") === "emulated" ? "emulated" : "f16";
  const usable = fittingMatrices(found, wish);
  const facts = {
    adapter: name,
    // Copied, because the properties of Dawn's objects are not their own, and JSON would leave them out.
    configurations: all.map(({ componentType, resultComponentType, M, N, K }) => ({ componentType, resultComponentType, M, N, K })),
    usable,
    subgroups: [info.subgroupMinSize, info.subgroupMaxSize] as const,
  };
  if (usable.length === 0) return { ...facts, skipped: whyNone(found.features, all.length) };
  const warnings: string[] = [];
  console.error = (line: string) => void warnings.push(line);
  const device = await openDevice({ adapter, kernels: "hardware", subgroupMatrix: wish, timestamps: true, tune: false });
  const report = await runCases(device, products(device, dry), { seconds: dry ? 0.02 : 0.5 });
  return { ...facts, warnings, report };
}

function whyNone(features: ReadonlySet<string>, count: number): string {
  if (!features.has(SUBGROUP_MATRIX_FEATURE)) return `the adapter has no ${SUBGROUP_MATRIX_FEATURE}`;
  return `none of the ${count} matrix instructions is one of those that the kernel is written for`;
}

const { values } = parseArgs({ options: { adapter: { type: "string" }, "dry-run": { type: "boolean" } } });
try {
  process.stdout.write(`${JSON.stringify(await timeMatrices(values.adapter, values["dry-run"] === true))}\n`);
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message.split("\n")[0]}\n`);
  process.exitCode = 1;
}
if (hasHung()) endWithin(1000);
