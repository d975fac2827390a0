import { isNoLowerEverywhere, isNoLowerThanBest } from "../framework/long/claims.ts";
import { longStudy } from "../framework/long/study.ts";

const BASELINE = "GRPO";
const FIXED = ["fixed 0.1", "fixed 0.3", "fixed 0.5"] as const;
const FOUND = ["automatic", "spread", "right", "gap", "group"] as const;

/** Targets that find themselves (docs/method.md) against fixed ones: the first question that the EntroPIC paper leaves open. */
export const foundTarget = longStudy({
  name: "found-target",
  description: "targets that find themselves, from rewards or from the start's entropy, against fixed ones on three tasks",
  title: "Found targets: must somebody give the number?",
  question: `Every target of the study \`long\` was searched for. Five targets need no search: a share of the start's own entropy (automatic), what keeps groups of mixed rewards
(spread), what keeps right answers diverse (right), what keeps wrong answers less certain than right ones (gap), and a share of what the answers of a group can show
at most (group), a share that was chosen with the results of \`long\` known. All are floors here that let go after four fifths of the run, and so are the fixed targets
beside them. Each is compared with the fixed target that proves best on the same seeds, which a user could not know.`,
  claims: () => [
    ...FOUND.map((arm) => isNoLowerThanBest(arm, FIXED, "fixed target")),
    ...[...FOUND, ...FIXED].map((arm) => isNoLowerEverywhere({ arm, baseline: BASELINE })),
  ],
});
