import { align, createBuffer, destroyBuffer } from "../gpu/buffer.ts";
import { EngineError } from "../gpu/errors.ts";
import { build } from "../gpu/parts.ts";
import { buildPlan } from "../graph/plan.ts";
import { elementsAtCapacity, externalTensor } from "../graph/tensor.ts";
import { toHalf } from "../ops/to_half.ts";
import { Embedding } from "./embedding.ts";
import { LanguageModel } from "./language_model.ts";
import { readParameters } from "./load_parameters.ts";
import { Module, type Parameter } from "./module.ts";
import type { HalfWeights, PlacedModule, Placement } from "./place.ts";

/** How matrix products read weights. With f16 they read copies rounded to 16 bits; AdamW changes the weights themselves. */
export const WEIGHT_STORAGE = ["f32", "f16"] as const;
export type WeightStorage = (typeof WEIGHT_STORAGE)[number];

/** Whoever trains or samples a module claims its weights: they are stored in one way until the claim is released. */
export interface WeightClaim {
  release(): void;
}

/**
 * Claims a module's weights. In plans that are built from now on, products read the weights as `storage` says.
 * @throws EngineError while another claim on the module needs the other storage, and where a weight is too large for it
 */
export async function claimWeights(placed: PlacedModule, storage: WeightStorage): Promise<WeightClaim> {
  // One claim after the other: what the copies of an earlier one come to decides what this one finds.
  const turn = placed.claiming.then(() => claim(placed, storage));
  placed.claiming = turn.then(
    () => {},
    () => {},
  );
  return turn;
}

async function claim(placed: PlacedModule, storage: WeightStorage): Promise<WeightClaim> {
  const current: WeightStorage = placed.halves ? "f16" : "f32";
  if (placed.claims > 0 && storage !== current) {
    throw new EngineError(
      `weights is ${storage}; it must be ${current} for a model that is in use with ${current}; destroy its other trainer first`,
    );
  }
  await setWeightStorage(placed, storage);
  placed.claims += 1;
  let isOpen = true;
  return {
    release: () => {
      if (isOpen) placed.claims -= 1;
      isOpen = false;
    },
  };
}

async function setWeightStorage(placed: PlacedModule, storage: WeightStorage): Promise<void> {
  if (storage === "f32" && placed.halves) {
    placed.halves.destroy();
    placed.halves = undefined;
    for (const { parameter } of placed.placements) parameter.half = undefined;
  }
  if (storage === "f16" && !placed.halves) {
    await requireHalfRange(placed);
    placed.halves = await createHalves(placed);
  }
}

/** The largest number that 16-bit floats hold. */
const LARGEST_HALF = 65504;

/** A matrix that is rounded to other numbers would make another model in silence. */
async function requireHalfRange(placed: PlacedModule): Promise<void> {
  if (placed.device.measuring) return;
  for (const [name, { shape, data }] of await readParameters(placed)) {
    const largest = shape.length === 2 ? data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : 0;
    if (largest <= LARGEST_HALF) continue;
    throw new EngineError(`weights is f16, which holds numbers up to ${LARGEST_HALF}; ${name} has ${largest}: use weights f32`);
  }
}

function createHalves(placed: PlacedModule): Promise<HalfWeights> {
  const { device, module, placements } = placed;
  const gathered = gatheredOnly(module);
  const matrices = placements.filter(({ parameter }) => parameter.shape.length === 2 && !gathered.has(parameter));
  return build(async (own) => {
    const copies = matrices.map((placement) => own(createCopy(placed, placement)));
    const trace = (): void => {
      for (const { from, half } of copies) toHalf(from, half);
    };
    const plan = await buildPlan(device, "16-bit weights", () => {
      trace();
      return {};
    });
    own(plan);
    const refresh = (): void => plan.run();
    refresh();
    for (const { parameter, half } of copies) parameter.half = half;
    return { bytes: copies.reduce((sum, { half }) => sum + half.storage.bytes, 0), trace, refresh };
  });
}

/** A 16-bit copy of one matrix, and the matrix as a flat tensor. Both include padding, so that words hold whole pairs. */
function createCopy({ device, shards }: PlacedModule, { name, parameter, shard, offset }: Placement) {
  const bytes = align(4 * elementsAtCapacity(parameter.shape));
  const { buffer: source } = shards[shard]!.window;
  const buffer = createBuffer(device, `half ${name}`, bytes / 2);
  return {
    parameter,
    destroy: () => destroyBuffer(device, buffer),
    from: externalTensor(name, { buffer: source, offset, size: bytes }, [bytes / 4]),
    half: externalTensor(`half ${name}`, { buffer, offset: 0, size: bytes / 2 }, [bytes / 8], "u32"),
  };
}

/** Embedding tables that no product reads, which are all except one that the head is tied to. */
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
