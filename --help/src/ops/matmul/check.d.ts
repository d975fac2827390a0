import type { TuneRequest } from "../../gpu/tuning.js";
import { type DeviceTraits } from "../../graph/trace.js";
import { type MatmulCall, type MatmulSizes } from "./problem.js";
/** What a product asks of the device before it chooses its kernels. */
export declare function matmulRequests(call: MatmulCall, device: DeviceTraits): readonly TuneRequest[];
/** Sizes that are at most LARGEST_SIZE, of which no tensor takes more than MOST_BYTES. */
export declare function fittingSizes(sizes: MatmulSizes<number>, splits: number): {
    rows: number;
    columns: number;
    inner: number;
};
