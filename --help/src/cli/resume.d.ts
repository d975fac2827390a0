import type { Command } from "commander";
import { type AutoResumeOptions } from "./auto_resume.js";
interface ResumeOptions extends AutoResumeOptions {
    adapter: string;
    set: string[];
    plots: boolean;
}
export declare function register(command: Command): void;
/** Continues a run from its last checkpoint. */
export declare function resume(dir: string, options: Omit<ResumeOptions, "autoResume">): Promise<void>;
export {};
