import type { Command } from "commander";
export declare function register(command: Command): void;
