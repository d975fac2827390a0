import type { Finding, Severity } from "../../report/findings.ts";
import type { Metrics } from "../../report/metrics.ts";
import { collapse } from "./collapse.ts";
import type { Diagnosis, DiagnosticSettings } from "./contract.ts";
import { deadLeverGate, deadLeverRewards } from "./dead_lever.ts";
import { nonFinite } from "./non_finite.ts";
import { allMasked, unscored } from "./nothing_to_learn.ts";
import { offset } from "./offset.ts";
import { oscillation } from "./oscillation.ts";
import { pushingDown } from "./pushing_down.ts";
import { saturation } from "./saturation.ts";
import { letsGo } from "./window.ts";

export { type Diagnosis, type DiagnosticSettings, diagnosticSettings } from "./contract.ts";

/** Every diagnosis by the name that its findings carry. A new one is a file and a line here. */
export const diagnoses = {
  oscillation,
  offset,
  saturation,
  "pushing-down": pushingDown,
  "dead-lever-gate": deadLeverGate,
  "dead-lever-rewards": deadLeverRewards,
  "non-finite": nonFinite,
  unscored,
  "all-masked": allMasked,
  collapse,
} as const satisfies Readonly<Record<string, Diagnosis>>;

/** After so many steps without a finding it is reported anew: half the window of most, so that noise at a threshold does not repeat it. */
const CLEAR_STEPS = 10;

/** A finding that was reported: the steps without it since then, and the severity that was reported. */
interface Said {
  clear: number;
  severity: Severity;
}

/** Watches the metrics of a run. */
export interface Diagnostics {
  /** Takes the next step's metrics. Returns the findings that were not reported already. */
  observe(metrics: Metrics): Finding[];
}

/** Watches a run step by step. It reports a finding once, again when the finding has become worse, and anew after ten steps without it. */
export function createDiagnostics(settings: DiagnosticSettings): Diagnostics {
  const history: Metrics[] = [];
  const said = new Map<string, Said>();
  const observeOne = (name: string, diagnosis: Diagnosis): Finding[] => {
    const found = diagnosis(history, letsGo(history.at(-1)!) ? { ...settings, holdsTarget: false } : settings);
    const before = said.get(name);
    if (!found) {
      if (before && ++before.clear >= CLEAR_STEPS) said.delete(name);
      return [];
    }
    const isWorse = before !== undefined && rank(found.severity) > rank(before.severity);
    said.set(name, { clear: 0, severity: before && !isWorse ? before.severity : found.severity });
    return before && !isWorse ? [] : [{ name, step: history.at(-1)!.step, ...found }];
  };
  return {
    observe: (metrics) => {
      history.push(metrics);
      return Object.entries(diagnoses).flatMap(([name, diagnosis]) => observeOne(name, diagnosis));
    },
  };
}

function rank(severity: Severity): number {
  return ["info", "warning", "error"].indexOf(severity);
}
