/// <reference types="@webgpu/types" />
import { type HostArray } from "../gpu/buffer.js";
import type { BufferWindow, Recording } from "../gpu/context.js";
import type { Device } from "../gpu/device.js";
import { type LaunchList } from "../gpu/launch.js";
import { type RunScalars } from "./scalar.js";
import { type Tensor } from "./tensor.js";
import { type Node, type Trace } from "./trace.js";
export interface PlanOptions {
    readonly label?: string;
    /** Tensors whose values outlive the run, to be read back or bound by another plan. */
    readonly keep?: readonly Tensor[];
    /** Changes the nodes before memory is planned, as storeHalf does. */
    readonly rewrite?: ((nodes: readonly Node[]) => readonly Node[]) | undefined;
}
/** A traced computation with its memory, pipelines and bind groups. After the first run, further runs create nothing more. */
export interface Plan {
    readonly label: string;
    readonly nodes: readonly Node[];
    readonly launches: LaunchList;
    /** Uploads input tensors by name. */
    upload(inputs: Readonly<Record<string, HostArray>>): void;
    /** Appends all dispatches to a submission (`submitPass`), which several plans can share. */
    encode(recording: Recording, scalars?: RunScalars): void;
    /** Uploads, encodes and submits. */
    run(options?: {
        readonly scalars?: RunScalars;
        readonly inputs?: Readonly<Record<string, HostArray>>;
    }): void;
    /** Where a tensor of this plan lies on the GPU: kept tensors, inputs and external tensors. */
    windowOf(tensor: Tensor): BufferWindow;
    /** The values of kept tensors as the last run left them, with as many rows as the plan has capacity for. */
    read(tensors: readonly Tensor[]): Promise<HostArray[]>;
    /** Fills all memory of the plan but its inputs with NaN, so that a value nobody wrote is seen. */
    poison(): void;
    /** One line per dispatch: what runs, over which shapes. */
    describe(): string;
    destroy(): void;
}
/** Traces `build`, plans its memory and compiles its kernels. `build` may return more than `keep` and `rewrite`: see `result`. */
export declare function buildPlan<Result extends Pick<PlanOptions, "keep" | "rewrite">>(device: Device, label: string, build: () => Result): Promise<Plan & {
    readonly result: Result;
}>;
/** Turns a trace into a plan: fusion, liveness, slots, buffers, pipelines, bind groups. */
export declare function planTrace(device: Device, traced: Trace, options?: PlanOptions): Promise<Plan>;
/** A quiet NaN that is easy to recognise in a dump. */
export declare const POISON = 2143346349;
/** Traces a function and runs it once. Returns the values of the tensors that the function returns; for tests and teaching. */
export declare function evaluate(device: Device, build: () => readonly Tensor[], options?: {
    readonly scalars?: RunScalars;
    readonly inputs?: Readonly<Record<string, HostArray>>;
}): Promise<HostArray[]>;
