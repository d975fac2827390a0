/// <reference types="@webgpu/types" />
import type { DeviceTraits } from "../../../graph/trace.js";
import { type Layout, type MatmulSizes } from "../problem.js";
import { type Family } from "./family.js";
/** For GPUs: a workgroup owns a tile of y and shares the operands through workgroup memory. */
export declare const tiled: Family;
/** The knobs of tiled.wgsl: the tile of y that a workgroup owns, its step along K, and the block of an invocation. */
export interface Tile {
    readonly height: number;
    readonly width: number;
    readonly step: number;
    readonly blockHeight: number;
    readonly blockWidth: number;
}
/** All tiles give the same bits, so the choice among them is a matter of speed alone. */
export declare const TILES: Readonly<Record<string, Tile>>;
export declare function tilesFor({ rows, columns }: MatmulSizes, { limits }: Pick<DeviceTraits, "limits">): readonly string[];
/** Which matrices have rows of whole quads. */
export declare function wideConditions(layout: Layout, { rows, columns, inner }: MatmulSizes): Record<"WIDE_A" | "WIDE_B" | "WIDE_Y", boolean>;
