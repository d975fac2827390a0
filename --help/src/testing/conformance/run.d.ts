import type { Device } from "../../gpu/device.js";
import { type ConformanceCase, type ConformanceGroup, type DeviceWish, type Level, type Measure } from "./case.js";
/** What came of a case. */
export interface CaseOutcome {
    readonly group: string;
    readonly name: string;
    readonly status: "passed" | "failed" | "skipped";
    readonly measures: readonly Measure[];
    /** Why the case was skipped, or what it ended with instead of a result. */
    readonly reason?: string;
    readonly details: Readonly<Record<string, string>>;
    readonly milliseconds: number;
}
export interface ConformanceResult {
    readonly outcomes: readonly CaseOutcome[];
    /** How the driver does what it may do in several ways. */
    readonly facts: Readonly<Record<string, string>>;
}
export interface ConformanceOptions {
    readonly open: (wish: DeviceWish) => Promise<Device>;
    readonly level: Level;
    /** Groups ("ops") and parts of cases' names ("ops/gelu"); all cases where it is empty. */
    readonly only?: readonly string[];
    /** Leaves out what comes after the first case that fails. */
    readonly stopAtFailure?: boolean;
    /** Called before every case. */
    readonly onCase?: (group: string, name: string, done: number, total: number) => void;
}
/** The cases that a level and a selection leave, in the order of the groups. */
export declare function selectCases(groups: readonly ConformanceGroup[], { level, only }: Pick<ConformanceOptions, "level" | "only">): {
    readonly group: string;
    readonly case: ConformanceCase;
}[];
/** Runs cases one after the other. A case that spoils its device fails, and the next one gets another device. */
export declare function runConformance(groups: readonly ConformanceGroup[], options: ConformanceOptions): Promise<ConformanceResult>;
