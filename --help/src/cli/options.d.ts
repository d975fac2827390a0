/// <reference types="@webgpu/types" />
import { type Command } from "commander";
/** What a user types before the name of a command. A clone has a script for it; the installed package, which is JavaScript, has a program. */
export declare const PROGRAM: string;
/** Ends a command's help with examples: pairs of a command line (without the program's name) and what it does. */
export declare function addExamples(command: Command, examples: readonly (readonly [line: string, meaning: string])[]): Command;
/** `--adapter NAME`: which GPU to take; `ENTROPIC_ADAPTER` when the option is absent, else `auto`. */
export declare function addAdapterOption(command: Command): Command;
/** `--memory 10GiB`: the most GPU memory to take. */
export declare function addMemoryOption(command: Command): Command;
/** `--json`: the result as JSON on stdout, for scripts. */
export declare function addJsonOption(command: Command): Command;
/** `--set a.b=c` (repeatable): overrides of a configuration file, in the order given. */
export declare function addSetOption(command: Command): Command;
/** Gathers a repeatable option's values in order; pass it to commander as the option's parser. */
export declare function collect(value: string, previous: readonly string[]): string[];
/** A parser of whole numbers for commander: `integer({ min: 1 })`. Its error names the value and what is allowed. */
export declare function integer(range?: {
    min?: number;
    max?: number;
}): (text: string) => number;
/** A parser of numbers for commander: `decimal({ min: 0 })`. */
export declare function decimal(range?: {
    min?: number;
    max?: number;
}): (text: string) => number;
/**
 * Reads a YAML configuration file as plain data; `name` is the file's stem (`configs/quickstart.yaml` -> `quickstart`). A shipped
 * configuration is known by its name.
 * Throws UsageError or ConfigError with one line when the file cannot be read or is not YAML.
 */
export declare function readConfigFile(nameOrPath: string): Promise<{
    value: unknown;
    name: string;
}>;
/** Reads a text file that the user named. Throws UsageError that says why it cannot be read. */
export declare function readUserFile(path: string): Promise<string>;
