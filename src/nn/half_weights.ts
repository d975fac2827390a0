import { align, createBuffer, destroyBuffer } from "../gpu/buffer.ts";
import { EngineError } from "../gpu/errors.ts";
import { buildPlan } from "../graph/plan.ts";
import { externalTensor } from "../graph/tensor.ts";
import { toHalf } from "../ops/to_half.ts";
import { Embedding } from "./embedding.ts";
import { LanguageModel } from "./language_model.ts";
import { Module, type Parameter } from "./module.ts";
import type { HalfWeights, PlacedModule, Placement } from "./place.ts";

/** How products read weights. f16: copies rounded to 16 bits; the weights themselves, which AdamW changes, stay as they are. */
export const WEIGHT_STORAGE = ["f32", "f16"] as const;
export type WeightStorage = (typeof WEIGHT_STORAGE)[number];

/** Who trains or samples a module has its weights stored in one way until it releases them. */
export interface WeightClaim {
  release(): void;
}

/**
 * Makes every product with a weight of the module read it as 16-bit floats, or as it is, in plans that are built from now on.
 * @throws EngineError while another claim on the module stands that wants the other storage
 */
export async function claimWeights(placed: PlacedModule, storage: WeightStorage): Promise<WeightClaim> {
  const current: WeightStorage = placed.halves ? "f16" : "f32";
  if (placed.claims > 0 && storage !== current) {
    throw new EngineError(
      `weights ${storage} were asked for a model that is in use with weights ${current}; destroy its other trainer first`,
    );
  }
  placed.claims += 1;
  await setWeightStorage(placed, storage);
  return {
    release: () => {
      placed.claims -= 1;
    },
  };
}

async function setWeightStorage(placed: PlacedModule, storage: WeightStorage): Promise<void> {
  if (storage === "f32" && placed.halves) {
    placed.halves.destroy();
    placed.halves = undefined;
    for (const { parameter } of placed.placements) parameter.half = undefined;
  }
  if (storage === "f16" && !placed.halves) placed.halves = await createHalves(placed);
}

async function createHalves(placed: PlacedModule): Promise<HalfWeights> {
  const { device } = placed;
  const gathered = gatheredOnly(placed.module);
  const copies = placed.placements
    .filter(({ parameter }) => parameter.shape.length === 2 && !gathered.has(parameter))
    .map((placement) => createCopy(placed, placement));
  const trace = (): void => {
    for (const { from, half } of copies) toHalf(from, half);
  };
  const plan = await buildPlan(device, "16-bit weights", () => {
    trace();
    return {};
  });
  const refresh = (): void => plan.run();
  refresh();
  for (const { parameter, half } of copies) parameter.half = half;
  return {
    bytes: copies.reduce((sum, { half }) => sum + half.storage.bytes, 0),
    trace,
    refresh,
    destroy: () => {
      plan.destroy();
      for (const { buffer } of copies) destroyBuffer(device, buffer);
    },
  };
}

/** The copy of one matrix, and the matrix with its padding, which makes a whole number of words. */
function createCopy({ device, shards }: PlacedModule, { name, parameter, shard, offset }: Placement) {
  const bytes = align(parameter.shape.reduce((a, b) => a * b, 4));
  const { buffer: source } = shards[shard]!.window;
  const buffer = createBuffer(device, `half ${name}`, bytes / 2);
  return {
    parameter,
    buffer,
    from: externalTensor(name, { buffer: source, offset, size: bytes }, [bytes / 4]),
    half: externalTensor(`half ${name}`, { buffer, offset: 0, size: bytes / 2 }, [bytes / 8], "u32"),
  };
}

/** Tables that tokens or positions are looked up in and that no product reads: all but a head tied to one. */
function gatheredOnly(module: Module): Set<Parameter> {
  const found = new Set<Parameter>();
  const visit = (value: unknown): void => {
    if (value instanceof Embedding) found.add(value.weight);
    else if (value instanceof Module) Object.values(value).forEach(visit);
    else if (Array.isArray(value)) value.forEach(visit);
  };
  visit(module);
  if (module instanceof LanguageModel) found.delete(module.head());
  return found;
}
