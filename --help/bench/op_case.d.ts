import type { HostArray } from "../src/gpu/buffer.js";
import type { Tensor } from "../src/graph/tensor.js";
import type { ops } from "../src/ops/index.js";
import { type HostValues } from "../src/testing/check_op.js";
import type { BenchCase, BenchContext } from "./harness.js";
export type Tensors = Readonly<Record<string, Tensor>>;
export type Outputs = Readonly<Record<string, HostArray>>;
/** An op at one shape: what goes in, how it is traced, and what must come out. */
export interface OpCase {
    readonly op: keyof typeof ops;
    /** What tells this case from others of the op: "NT", "backward". */
    readonly variant?: string;
    readonly shape: string;
    readonly flops: number;
    readonly bytes: number;
    readonly inputs: (context: BenchContext) => HostValues | Promise<HostValues>;
    /** Traces the op and returns the tensors to check, by name. They may be inputs that the op writes in place. */
    readonly build: (inputs: Tensors) => Tensors;
    /** The outputs in double precision or, where they would take too long, a measure of the outputs' error. */
    readonly reference: ((inputs: HostValues) => Readonly<Record<string, Float64Array>>) | {
        errorOf(outputs: Outputs, inputs: HostValues): number;
    };
    /** Inputs that are uploaded again before every timed submission, because the op would otherwise run out of work. */
    readonly renewed?: readonly string[];
}
/** A benchmark case that measures one op. Outputs are filled with NaN before they are checked. */
export declare function opCase(options: OpCase): BenchCase;
