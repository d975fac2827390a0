import { Gpt2 } from "../../models/gpt2.js";
import type { Device } from "../../src/gpu/device.js";
import { type PlacedModule } from "../../src/nn/place.js";
/** A GPT-2 with random parameters. */
export interface Size {
    readonly name: string;
    readonly layers: number;
    readonly width: number;
    readonly heads: number;
    readonly vocabulary: number;
    /** Tokens of a sequence, and sequences of a training step. */
    readonly length: number;
    readonly batch: number;
}
export declare const S: Size;
export declare const M: Size;
export declare function describe({ name, layers, width, heads, vocabulary }: Size): string;
/** Elements of the matrices that every token is multiplied by, the head included. */
export declare function matrixElements({ layers, width, vocabulary }: Size): number;
/** Operations of attention's two products in the forward pass. Each takes 2 D operations per head and pair of tokens. */
export declare function attentionFlops({ layers, width }: Size, sequences: number, length: number): number;
export declare function placeModel(device: Device, { layers, width, heads, vocabulary, length }: Size): {
    readonly model: Gpt2;
    readonly placed: PlacedModule;
};
