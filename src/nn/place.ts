import { align, createBuffers, destroyBuffer, uploadBuffer } from "../gpu/buffer.ts";
import type { BufferWindow } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { MemoryError } from "../gpu/errors.ts";
import { externalTensor, type Tensor } from "../graph/tensor.ts";
import { createRandom } from "../random.ts";
import type { Constant, Module, Parameter } from "./module.ts";

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
  readonly placements: readonly Placement[];
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

/** Shards stay below this even where a device allows more, so that one upload is never enormous. */
const SHARD_BYTES = 1 << 30;

/** Gives every parameter and constant of a module memory on the device. Parameters are zero until loaded or initialised. */
export function placeModule(device: Device, module: Module): PlacedModule {
  const parameters = [...module.namedParameters()].map(([name, parameter]) => ({ name, parameter }));
  const matrices = parameters.filter(({ parameter }) => parameter.shape.length >= 2);
  const vectors = parameters.filter(({ parameter }) => parameter.shape.length < 2);
  const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize, SHARD_BYTES);

  const sizes: { bytes: number; decayBytes: number }[] = [{ bytes: 0, decayBytes: 0 }];
  const placements = [...matrices, ...vectors].map(({ name, parameter }): Placement => {
    const bytes = align(elementsOf(parameter.shape) * 4);
    if (!(bytes <= limit)) throw tooLarge(device, name, bytes, limit);
    if (sizes.at(-1)!.bytes + bytes > limit) sizes.push({ bytes: 0, decayBytes: 0 });
    const shard = sizes.at(-1)!;
    const offset = shard.bytes;
    shard.bytes += bytes;
    if (parameter.shape.length >= 2) shard.decayBytes = shard.bytes;
    return { name, parameter, shard: sizes.length - 1, offset };
  });
  const constants = [...module.constants()];
  const buffers = createBuffers(device, [
    ...sizes.map(({ bytes }, i) => ({ label: `parameters ${i}`, bytes })),
    ...constants.map(([label, { shape }]) => ({ label, bytes: elementsOf(shape) * 4 })),
  ]);
  const shards = sizes.map(({ bytes, decayBytes }, i): Shard => {
    const buffer = buffers[i]!;
    const window = { buffer, offset: 0, size: bytes };
    return { label: `parameters ${i}`, window, length: bytes / 4, decayEnd: decayBytes / 4 };
  });
  for (const { name, parameter, shard, offset } of placements) {
    parameter.place(placedTensor(name, shards[shard]!.window.buffer, offset, parameter));
  }
  constants.forEach((constant, i) => {
    placeConstant(device, constant, buffers[shards.length + i]!);
  });
  const placed: PlacedModule = {
    device,
    module,
    shards,
    placements,
    parameterCount: placements.reduce((total, { parameter }) => total + elementsOf(parameter.shape), 0),
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

function tooLarge(device: Device, name: string, bytes: number, limit: number): MemoryError {
  const fact = `${name} needs ${bytes} bytes; ${device.name} binds at most ${limit}`;
  return new MemoryError(`${fact}. Take a smaller model or another GPU`, { part: name, bytes, limit });
}

function placedTensor(label: string, buffer: GPUBuffer, offset: number, parameter: Parameter): Tensor {
  return externalTensor(label, { buffer, offset, size: elementsOf(parameter.shape) * 4 }, parameter.shape);
}

function placeConstant(device: Device, [name, constant]: [string, Constant], buffer: GPUBuffer): void {
  const window = { buffer, offset: 0, size: elementsOf(constant.shape) * 4 };
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

/** Draws every parameter's initial value from one seed, in the order of the module's fields. */
export function initializeParameters(placed: PlacedModule, seed: number): void {
  const random = createRandom(seed);
  const order = new Map([...placed.module.namedParameters().values()].map((parameter, i) => [parameter, i]));
  for (const { parameter } of [...placed.placements].sort((a, b) => order.get(a.parameter)! - order.get(b.parameter)!)) {
    const { initial } = parameter;
    const data = new Float32Array(elementsOf(parameter.shape));
    if (initial.kind === "normal") {
      for (let i = 0; i < data.length; i += 1) data[i] = random.normal() * initial.standardDeviation;
    } else if (initial.kind === "ones") data.fill(1);
    uploadBuffer(placed.device, parameter.tensor.storage.window!, data);
  }
  placed.halves?.refresh();
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
