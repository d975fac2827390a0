import { Command } from "commander";
/** The commands by name. */
export declare const COMMAND_NAMES: readonly string[];
/** The program with all commands by name and description. Only the wanted one has its options. */
export declare function buildProgram(wanted: string | undefined): Promise<Command>;
