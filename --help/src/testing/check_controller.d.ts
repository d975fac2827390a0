/// <reference types="@webgpu/types" />
import { type Controller } from "../control/define.js";
import { type ControlState, type Loop, type Measured, meanLoop } from "../control/state.js";
import type { Device } from "../gpu/device.js";
/** A control state by field name. `loops` are its feedback loops; the fields of a loop beside them are those of the mean loop. */
export type ControlRecord = ControlState["control"] & ReturnType<typeof meanLoop> & {
    readonly loops: readonly Loop[];
};
/** What `checkController` found. */
export interface ControllerRun {
    /** The state after each batch of the script, as the GPU computed it. */
    readonly steps: readonly ControlRecord[];
    /** Largest difference of any field of any step from the controller's own `step` in double precision. */
    readonly error: number;
    /** Where that was: "alpha after step 3". */
    readonly where: string;
}
/** What each step's batch measures: a list of it, or a plant that answers the controller. A number is the entropy of all tokens. */
export type ControllerScript = readonly (number | Measured)[] | {
    readonly steps: number;
    readonly plant: Plant;
};
/** A model of a policy, for checks of a controller: computes the entropy of the next batch from the state that the GPU left. */
export type Plant = (state: ControlRecord, step: number) => number | Measured;
/**
 * Runs a controller on the GPU over a script of entropies, one update for each entry. Its own `step` in double precision runs beside it,
 * from the same start.
 */
export declare function checkController(device: Device, controller: Controller, script: ControllerScript): Promise<ControllerRun>;
