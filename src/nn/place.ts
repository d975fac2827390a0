import { align, createBuffers, destroyBuffer, uploadBuffer } from "../gpu/buffer.ts";
import type { BufferWindow } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { MemoryError } from "../gpu/errors.ts";
import { elementsAtCapacity, externalTensor, type Tensor } from "../graph/tensor.ts";
import { createRandom } from "../random.ts";
import { type FrozenPlacement, type FrozenStorage, placeFrozen, planFrozen } from "./frozen.ts";
import type { Constant, Module, Parameter } from "./module.ts";
import { writeParameter } from "./parameter_memory.ts";

/** One flat buffer of parameters. Matrices come first, so that weight decay concerns the elements below `decayEnd`. */
export interface Shard {
  readonly label: string;
  readonly window: BufferWindow;
  /** Elements, padding included. */
  readonly length: number;
  /** Elements of tensors with two or more dimensions, padding included. */
  readonly decayEnd: number;
}

/** Where one parameter lies. */
export interface Placement {
  readonly name: string;
  readonly parameter: Parameter;
  readonly shard: number;
  /** Bytes from the beginning of the shard. */
  readonly offset: number;
}

/** 16-bit copies of the matrices of a module. */
export interface HalfWeights {
  /** Bytes that the copies take. */
  readonly bytes: number;
  /** Traces the copying. A plan that changes the weights does this afterwards. */
  trace(): void;
  /** Copies now. The host does this after it has changed the weights. */
  refresh(): void;
  destroy(): void;
}

/** A module whose parameters have memory on a device. */
export interface PlacedModule {
  readonly device: Device;
  readonly module: Module;
  readonly shards: readonly Shard[];
  /** The parameters that are trained. */
  readonly placements: readonly Placement[];
  /** The parameters that are not. They have no gradient and no moment. */
  readonly frozen: readonly FrozenPlacement[];
  /** Trainable numbers, padding not counted. */
  readonly parameterCount: number;
  /** The 16-bit copies that products read in place of the matrices; set by `claimWeights`. */
  halves: HalfWeights | undefined;
  /** How many claims (`claimWeights`) on the storage of the weights are open. */
  claims: number;
  /** Resolves when the claims before the next one are decided. */
  claiming: Promise<void>;
  destroy(): void;
}

/** Shards of several tensors, and pieces of frozen tables, stay below this even where a device allows more. A larger tensor has a shard alone. */
const SHARD_BYTES = 1 << 30;

export interface PlaceOptions {
  /** How a parameter that is not trained is stored, by its name; undefined for one that is trained. Default: all are trained. */
  readonly frozen?: (name: string) => FrozenStorage | undefined;
  /** The most bytes that a frozen table takes in one piece, as f32. Default: as many as the device binds. */
  readonly pieceBytes?: number;
}

/** Gives every parameter and constant of a module memory on the device. Parameters are zero until loaded or initialised. */
export function placeModule(device: Device, module: Module, options: PlaceOptions = {}): PlacedModule {
  const { frozen: storageOf = () => undefined, pieceBytes = Number.POSITIVE_INFINITY } = options;
  const parameters = [...module.namedParameters()].map(([name, parameter]) => ({ name, parameter, storage: storageOf(name) }));
  const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  const trained = parameters.filter(({ storage }) => storage === undefined);
  const { sizes, placements } = layOut(device, trained, limit);
  const fixed = parameters.flatMap(({ storage, ...parameter }) => (storage ? [{ ...parameter, storage }] : []));
  const planned = planFrozen(device, fixed, Math.min(limit, SHARD_BYTES, pieceBytes));
  const constants = [...module.constants()];
  const buffers = createBuffers(device, [
    ...sizes.map(({ bytes }, i) => ({ label: `parameters ${i}`, bytes })),
    ...planned.flatMap((parameter) => parameter.planned),
    ...constants.map(([label, { shape }]) => ({ label, bytes: elementsAtCapacity(shape) * 4 })),
  ]);
  const remaining = [...buffers];
  const shards = remaining.splice(0, sizes.length).map((buffer, i): Shard => {
    const { bytes, decayBytes } = sizes[i]!;
    const window = { buffer, offset: 0, size: bytes };
    return { label: `parameters ${i}`, window, length: bytes / 4, decayEnd: decayBytes / 4 };
  });
  for (const { name, parameter, shard, offset } of placements) {
    parameter.place(placedTensor(name, shards[shard]!.window.buffer, offset, parameter));
  }
  const frozen = planned.map((parameter) => placeFrozen(parameter, remaining.splice(0, parameter.planned.length)));
  for (const constant of constants) placeConstant(device, constant, remaining.shift()!);
  const placed: PlacedModule = {
    device,
    module,
    shards,
    placements,
    frozen,
    parameterCount: placements.reduce((total, { parameter }) => total + elementsAtCapacity(parameter.shape), 0),
    halves: undefined,
    claims: 0,
    claiming: Promise.resolve(),
    destroy: () => {
      placed.halves?.destroy();
      placed.halves = undefined;
      for (const buffer of buffers.splice(0)) destroyBuffer(device, buffer);
    },
  };
  return placed;
}

interface ShardSize {
  bytes: number;
  decayBytes: number;
}

/** Lays trained parameters out in flat buffers, matrices first. @throws MemoryError for one of more than `limit` bytes */
function layOut(device: Device, trained: readonly Pick<Placement, "name" | "parameter">[], limit: number) {
  const isMatrix = ({ parameter }: Pick<Placement, "parameter">): boolean => parameter.shape.length >= 2;
  const sizes: ShardSize[] = [];
  const shardBytes = Math.min(limit, SHARD_BYTES);
  const ordered = [...trained.filter(isMatrix), ...trained.filter((parameter) => !isMatrix(parameter))];
  const placements = ordered.map(({ name, parameter }): Placement => {
    const bytes = align(elementsAtCapacity(parameter.shape) * 4);
    if (!(bytes <= limit)) throw tooLarge(device, name, bytes, limit);
    if (sizes.length === 0 || sizes.at(-1)!.bytes + bytes > shardBytes) sizes.push({ bytes: 0, decayBytes: 0 });
    const shard = sizes.at(-1)!;
    const offset = shard.bytes;
    shard.bytes += bytes;
    if (isMatrix({ parameter })) shard.decayBytes = shard.bytes;
    return { name, parameter, shard: sizes.length - 1, offset };
  });
  return { sizes, placements };
}

function tooLarge(device: Device, name: string, bytes: number, limit: number): MemoryError {
  const fact = `${name} needs ${bytes} bytes; ${device.name} binds at most ${limit}`;
  return new MemoryError(`${fact}. Take a smaller model or another GPU`, { part: name, bytes, limit });
}

function placedTensor(label: string, buffer: GPUBuffer, offset: number, parameter: Parameter): Tensor {
  return externalTensor(label, { buffer, offset, size: elementsAtCapacity(parameter.shape) * 4 }, parameter.shape);
}

function placeConstant(device: Device, [name, constant]: [string, Constant], buffer: GPUBuffer): void {
  const window = { buffer, offset: 0, size: elementsAtCapacity(constant.shape) * 4 };
  if (!device.measuring) uploadBuffer(device, window, constant.data);
  constant.place(externalTensor(name, window, constant.shape));
}

/** Zeroed flat buffers with the layout of the parameters, for gradients or one of AdamW's moments. */
export interface FlatBuffers {
  readonly shards: readonly Tensor[];
  /** The window of one parameter, by the parameter's tensor. */
  readonly of: ReadonlyMap<Tensor, Tensor>;
  destroy(): void;
}

/** Makes buffers with a place for every parameter of a module, for gradients or moments. */
export function createFlatBuffers(placed: PlacedModule, label: string): FlatBuffers {
  const { device } = placed;
  const buffers = createBuffers(
    device,
    placed.shards.map((shard, i) => ({ label: `${label} ${i}`, bytes: shard.window.size })),
  );
  return {
    shards: placed.shards.map((shard, i) => flatTensor(`${label} ${i}`, { buffer: buffers[i]!, offset: 0, size: shard.window.size })),
    of: new Map(
      placed.placements.map(({ name, parameter, shard, offset }) => [
        parameter.tensor,
        placedTensor(`${label} ${name}`, buffers[shard]!, offset, parameter),
      ]),
    ),
    destroy: () => {
      for (const buffer of buffers) destroyBuffer(device, buffer);
    },
  };
}

/** The shards of the parameters themselves, as flat tensors [n]. */
export function parameterShards(placed: PlacedModule): Tensor[] {
  return placed.shards.map((shard) => flatTensor(shard.label, shard.window));
}

function flatTensor(label: string, window: BufferWindow): Tensor {
  return externalTensor(label, window, [window.size / 4]);
}

/** Draws the initial values of parameters from one seed: of all in the order of the module's fields, or of those given. */
export function initializeParameters(placed: PlacedModule, seed: number, chosen?: readonly Pick<Placement, "parameter">[]): void {
  const random = createRandom(seed);
  for (const parameter of chosen?.map((one) => one.parameter) ?? placed.module.namedParameters().values()) {
    const { initial } = parameter;
    const data = new Float32Array(elementsAtCapacity(parameter.shape));
    if (initial.kind === "normal") {
      for (let i = 0; i < data.length; i += 1) data[i] = random.normal() * initial.standardDeviation;
    } else if (initial.kind === "uniform") {
      for (let i = 0; i < data.length; i += 1) data[i] = (2 * random.uniform() - 1) * initial.bound;
    } else if (initial.kind === "ones") data.fill(1);
    const writer = writeParameter(placed.device, parameter);
    writer.write(data);
    writer.end();
  }
  placed.halves?.refresh();
}

/** A parameter and its name. */
export type Named = Pick<Placement, "name" | "parameter">;

/** All parameters of a module, trained and frozen. */
export function allParameters({ placements, frozen }: Pick<PlacedModule, "placements" | "frozen">): readonly Named[] {
  return [...placements, ...frozen];
}
