/**
 * The classic entropy bonus (Williams and Peng 1991; Mnih et al. 2016, arXiv 1602.01783): loss - coefficient * H. It pushes entropy up and
 * holds no target. The default has the order of magnitude that is usual in TRL and verl.
 */
export declare const bonus: ((options?: import("./index.js").BonusOptions) => import("./index.js").Controller) & import("../options/define.js").Declaration;
