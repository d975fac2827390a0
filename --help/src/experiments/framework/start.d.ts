import type { PolicyModel } from "../../rl/model.js";
import type { Cell } from "./cell.js";
import type { Host } from "./host.js";
export interface StartOptions {
    readonly host: Host;
    /** The study's folder. */
    readonly dir: string;
    readonly onStep?: (step: number, steps: number) => void;
    readonly signal?: AbortSignal | undefined;
}
/** The policy that a cell starts from. A warm start is trained here where no earlier cell has done it. */
export declare function startingModel({ start, task }: Pick<Cell, "start" | "task">, options: StartOptions): Promise<PolicyModel>;
