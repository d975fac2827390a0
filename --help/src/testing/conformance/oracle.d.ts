import type { LanguageModel } from "../../nn/language_model.js";
import type { NamedArray } from "../../nn/place.js";
import { type CaseQuantity, type CaseResults, type OracleCase } from "../verify_case.js";
import type { ConformanceGroup, Measure } from "./case.js";
/** A stored case with what makes its model, and its known results where it has any. */
export interface StoredCase extends OracleCase {
    /** A new module, whose parameters have no memory yet. */
    readonly build: () => LanguageModel;
    readonly expected: ReadonlyMap<string, NamedArray> | undefined;
}
/** How far each quantity of a case is off, and in which tensor that was. */
export declare function measuresOfCase(actual: CaseResults, { expected }: StoredCase, tolerances?: Partial<Record<CaseQuantity, number>>): Measure[];
/** Stored cases as a group. `keep` gets what the device computed. */
export declare function oracleGroup(stored: readonly StoredCase[], keep?: (name: string, actual: CaseResults) => Promise<void>): ConformanceGroup;
