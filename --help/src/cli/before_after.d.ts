import { type OptionChange, type TrainConfig } from "../rl/config/index.js";
import { type InterruptWatch } from "./interrupt.js";
import type { Session } from "./training_session.js";
export interface BeforeAndAfterOptions {
    readonly plots: boolean;
    /** What resumes have changed in the configuration since the run began. */
    readonly changes?: readonly OptionChange[];
    readonly run: (interrupt: InterruptWatch) => Promise<void>;
}
/** Evaluates, runs, evaluates again, and prints a table of what changed and where to look. A resumed run was evaluated before it began. */
export declare function evaluateBeforeAndAfter(session: Session, config: TrainConfig, options: BeforeAndAfterOptions): Promise<void>;
