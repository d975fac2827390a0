/// <reference types="@webgpu/types" />
import { EngineError } from "./errors.js";
/** What was submitted and is not known to be done, and every wait of the host for the GPU. */
export interface Flight {
    /** Notes a submission and resolves, once the GPU is done with it, with the milliseconds since it could begin. Never rejects. */
    submitted(label: string): Promise<number>;
    /**
     * Waits for a promise of the GPU; `what` names the wait where nothing submitted is under way.
     * @throws DeviceLostError when the GPU is lost, or when the oldest submission makes no end within the watchdog's time
     */
    wait<Result>(what: string, promise: Promise<Result>): Promise<Result>;
}
interface FlightOptions {
    readonly gpu: GPUDevice;
    /** Seconds that one submission may take; 0: any time. */
    readonly watchdog: number;
    readonly fail: (error: EngineError) => void;
    readonly assertHealthy: () => void;
}
export declare function createFlight({ gpu, watchdog, fail, assertHealthy }: FlightOptions): Flight;
export {};
