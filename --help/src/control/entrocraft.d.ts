import type { z } from "zod";
/**
 * Entrocraft's band (Li et al. 2026, arXiv 2604.26326): below it only wrong answers teach, above it only right ones, inside it both. The
 * paper rejects samples. Here rejected samples get the weight 0, and the weights of the others stay what they were.
 */
export declare const entrocraft: ((options?: import("./index.js").EntrocraftOptions) => import("./index.js").Controller) & import("../options/define.js").Declaration;
