import type { z } from "zod";
/** Where the settings of a study are shipped: under its name, with underscores. */
export declare function settingsFile({ name }: {
    readonly name: string;
}): URL;
/** Plain settings without their section `quick`, which is laid over the rest where `quick` asks for it. */
export declare function withQuick(value: unknown, quick: boolean): unknown;
/** Mappings are merged key by key; anything else is replaced. */
export declare function merge(value: unknown, changes: unknown): unknown;
/** Checks a study's settings. Throws ConfigError with one line for each problem. */
export declare function parseSettings<S extends z.ZodObject>(schema: S, value: unknown): z.output<S>;
