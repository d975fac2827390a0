import type { Finding } from "../../report/findings.js";
import type { Metrics } from "../../report/metrics.js";
import type { Diagnosis, DiagnosticSettings } from "./contract.js";
export { type Diagnosis, type DiagnosticSettings, diagnosticSettings } from "./contract.js";
/** Every diagnosis by the name that its findings carry. A new one is a file and a line here. */
export declare const diagnoses: {
    readonly oscillation: Diagnosis;
    readonly offset: Diagnosis;
    readonly saturation: Diagnosis;
    readonly "dead-lever-gate": Diagnosis;
    readonly "dead-lever-rewards": Diagnosis;
    readonly "non-finite": Diagnosis;
    readonly unscored: Diagnosis;
    readonly "all-masked": Diagnosis;
    readonly collapse: Diagnosis;
};
/** Watches the metrics of a run. */
export interface Diagnostics {
    /** Takes the next step's metrics. Returns the findings that were not reported already. */
    observe(metrics: Metrics): Finding[];
}
/** Watches a run step by step. It reports a finding once, again when the finding has become worse, and anew after ten steps without it. */
export declare function createDiagnostics(settings: DiagnosticSettings): Diagnostics;
