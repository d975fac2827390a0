import type { StoredCase } from "../../testing/conformance/oracle.js";
import type { CaseResults } from "../../testing/verify_case.js";
/** The stored cases in or below some folders, or those of the package where none is given. */
export declare function readStoredCases(folders?: readonly string[]): Promise<StoredCase[]>;
/** Writes what a device computed to FOLDER/actual.safetensors. */
export declare function writeActual(folder: string, actual: CaseResults): Promise<void>;
