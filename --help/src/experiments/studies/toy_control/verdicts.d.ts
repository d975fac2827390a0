import type { Verdict } from "../../framework/verdict.js";
import type { Loop, Regime } from "./cells.js";
import type { ClosedLoopRun, ToyFindings } from "./findings.js";
import type { ToySettings } from "./settings.js";
import { type Settling } from "./settling.js";
/** The claims of docs/method.md, "The controller", with its thresholds, held against what was measured. */
export declare function toyVerdicts(settings: ToySettings, findings: ToyFindings): Verdict[];
/** Runs of one kind towards one target, over the seeds. */
export declare function runsOf(findings: ToyFindings, regime: Regime, loop: Loop, target?: number): readonly ClosedLoopRun[];
export declare function settlings(findings: ToyFindings, regime: Regime, loop: Loop, target: number): Settling[];
