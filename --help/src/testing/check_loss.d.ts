/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
import type { PolicyLoss } from "../loss/define.js";
/** What `checkLoss` found: how far the kernel, its twin and their slopes are apart. */
export interface LossErrors {
    /** Largest |GPU - double precision| / max(|double precision|, 0.01) of the value and of its slope by logp. */
    readonly value: number;
    readonly slope: number;
    /** The same error of the double-precision slope against central differences of the value. Tokens at a kink are left out. */
    readonly derivative: number;
    /** Tokens whose flags `low` or `high` differ. */
    readonly flags: number;
    /** Tokens compared, and those left out of `derivative`. */
    readonly tokens: number;
    readonly kinks: number;
    /** Where the largest error of each kind was: "d 0.18, A -1.5, extra 0". */
    readonly where: Readonly<Record<"value" | "slope" | "derivative" | "flags", string>>;
}
/**
 * Runs a loss on the GPU over a grid of tokens and compares it with the loss's `surrogate` in double precision, whose slope is
 * compared with numerical differentiation. The grid has advantages of either sign and 0, ratios and changes of probability on both sides of every bound that the
 * loss's parameters may mean, log-ratios beyond the clamp at 20, and tokens without weight, which must give zeros.
 */
export declare function checkLoss(device: Device, loss: PolicyLoss): Promise<LossErrors>;
