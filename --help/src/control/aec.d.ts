import type { z } from "zod";
/**
 * Skywork-OR1's adaptive entropy control (arXiv 2505.22312) and its settings: an entropy bonus whose coefficient rises by delta in a step
 * whose entropy is below the target and falls by delta in any other, between 0 and maxCoefficient. It acts only below the target.
 */
export declare const aec: ((options?: import("./index.js").AecOptions) => import("./index.js").Controller) & import("../options/define.js").Declaration;
