import type { BufferWindow } from "../gpu/context.js";
import type { Device } from "../gpu/device.js";
import { type Tensor } from "../graph/tensor.js";
import { type Module, type NamedPiece, type Parameter } from "./module.js";
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
/** A named tensor on the host, as checkpoints hold it. */
export interface NamedArray {
    readonly shape: readonly number[];
    readonly data: ArrayLike<number>;
}
/** Gives every parameter and constant of a module memory on the device. Parameters are zero until loaded or initialised. */
export declare function placeModule(device: Device, module: Module): PlacedModule;
/** Zeroed flat buffers with the layout of the parameters, for gradients or one of AdamW's moments. */
export interface FlatBuffers {
    readonly shards: readonly Tensor[];
    /** The window of one parameter, by the parameter's tensor. */
    readonly of: ReadonlyMap<Tensor, Tensor>;
    destroy(): void;
}
/** Makes buffers with a place for every parameter of a module, for gradients or moments. */
export declare function createFlatBuffers(placed: PlacedModule, label: string): FlatBuffers;
/** The shards of the parameters themselves, as flat tensors [n]. */
export declare function parameterShards(placed: PlacedModule): Tensor[];
/** Draws every parameter's initial value from one seed, in the order of the module's fields. */
export declare function initializeParameters(placed: PlacedModule, seed: number): void;
/** The pieces of all parameters under their checkpoint names. */
export declare function namedPieces(placed: PlacedModule): (NamedPiece & {
    readonly parameter: Parameter;
})[];
/**
 * Copies a checkpoint's tensors into the parameters.
 * @throws EngineError naming the tensor, the expected and the found shape, or the tensor that is missing
 * @throws NotFiniteError naming the tensor with numbers that are not finite
 */
export declare function loadParameters(placed: PlacedModule, tensors: ReadonlyMap<string, NamedArray>, source?: string): void;
/** @throws EngineError where a tensor is missing, or has another shape or another number of values than its piece */
export declare function requireTensors(pieces: readonly Pick<NamedPiece, "name" | "shape">[], tensors: ReadonlyMap<string, NamedArray>, source: string): void;
/** Reads parameters (or gradients, or moments, given their flat buffers) back under their checkpoint names. */
export declare function readParameters(placed: PlacedModule, flat?: FlatBuffers): Promise<Map<string, {
    shape: number[];
    data: Float32Array;
}>>;
/**
 * Writes flat buffers (moments) from arrays under checkpoint names.
 * @throws EngineError as `loadParameters` does, before anything is written
 */
export declare function loadFlatBuffers(placed: PlacedModule, flat: FlatBuffers, tensors: ReadonlyMap<string, NamedArray>): void;
