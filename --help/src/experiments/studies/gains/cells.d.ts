import type { Cell, CellResults } from "../../framework/cell.js";
import { type GainsSettings, type Plant } from "./settings.js";
export declare const openLoopName: (plant: Plant, alpha: number) => string;
export declare const freeName: ({ seed, size }: Omit<Plant, "gate">) => string;
export declare const gridName: (plant: Plant, kp: number, kiRatio: number) => string;
export declare const automaticName: (plant: Plant) => string;
/** Every size runs without control first, which also measures the start. Then every gate has the open loop, the grid and automatic gains. */
export declare function gainsCells(settings: GainsSettings): Cell[];
/** The same share of every start's own entropy, as its evaluation before training measured it. */
export declare function targetOf({ share }: Pick<GainsSettings, "share">, plant: Plant, results: CellResults): number;
