/**
 * Compiles every kernel that the shapes' plans take, one after another, and prints what the driver says of each as JSON.
 * run.ts calls it in an environment of layer.ts's. Arguments: names of shapes.
 */
import { readFileSync } from "node:fs";
import type { Device } from "../../src/gpu/device.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { kernelName, type PlannedKernel, planKernels } from "../planned_kernels.ts";
import type { CompiledKernel, Statistics } from "./report.ts";
import { COMPILED_SHAPES } from "./shapes.ts";

const PARTS = ["step", "prompts", "token"] as const;

interface Use {
  readonly planned: PlannedKernel;
  /** Dispatches by shape and part. */
  readonly uses: Record<string, number>;
}

/** The kernels of the shapes, each once. Top-p is on, so that the kernel that draws tokens has all its parts. */
async function kernelsOf(device: Device, names: readonly string[]): Promise<Use[]> {
  const known = new Map<string, Use>();
  for (const shape of COMPILED_SHAPES.filter(({ name }) => names.includes(name))) {
    const plans = await planKernels(device, shape, { temperature: 1, topK: 0, topP: 0.9 });
    for (const part of PARTS) {
      for (const planned of plans[part]) {
        const key = JSON.stringify(planned);
        const use = known.get(key) ?? { planned, uses: {} };
        known.set(key, use);
        use.uses[`${shape.name} ${part}`] = (use.uses[`${shape.name} ${part}`] ?? 0) + 1;
      }
    }
  }
  return [...known.values()];
}

/** What the layer has written so far, a line for each pipeline. */
function reported(): string[] {
  return readFileSync(process.env.NULL_GPU_STATISTICS!, "utf8").split("\n").filter(Boolean);
}

async function compile(device: Device, { planned, uses }: Use): Promise<CompiledKernel> {
  const before = reported().length;
  await device.kernel(planned.source, planned.variant);
  const lines = reported();
  if (lines.length !== before + 1) throw new Error(`${lines.length - before} pipelines were made for ${kernelName(planned)}, not one`);
  const { conditions = {}, constants = {} } = planned.variant ?? {};
  const chosen = Object.keys(conditions).filter((name) => conditions[name]);
  return { kernel: kernelName(planned), conditions: chosen, constants, uses, statistics: JSON.parse(lines.at(-1)!) as Statistics };
}

const device = await openDevice();
const compiled: CompiledKernel[] = [];
for (const use of await kernelsOf(device, process.argv.slice(2))) compiled.push(await compile(device, use));
const { vendor, architecture, lanes, subgroups } = device;
console.log(JSON.stringify({ vendor, architecture, lanes, subgroups, compiled }));
process.exit(0);
