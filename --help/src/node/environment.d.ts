/** Every environment variable of this package, with the values that it takes; docs/environment.md says what they do. */
declare const VARIABLES: {
    readonly ENTROPIC_ADAPTER: undefined;
    readonly ENTROPIC_SUBGROUPS: readonly ["0", "1"];
    readonly ENTROPIC_LANES: readonly ["4", "8", "16", "32", "64", "128"];
    readonly ENTROPIC_IMMEDIATES: readonly ["0", "1"];
    readonly ENTROPIC_TUNE: readonly ["0", "1", "force"];
    readonly ENTROPIC_SUBGROUP_MATRIX: readonly ["0", "1", "f16"];
    readonly ENTROPIC_WATCHDOG: "number";
    readonly ENTROPIC_SLICE: "number";
    readonly ENTROPIC_DEBUG: readonly ["0", "1", "2", "3", "4"];
};
/** The name of one of this package's environment variables. */
export type Variable = keyof typeof VARIABLES;
type ValueOf<Name extends Variable> = (typeof VARIABLES)[Name] extends readonly (infer Value)[] ? Value : string;
/** The names of all variables, for documentation. */
export declare const VARIABLE_NAMES: readonly string[];
/** The value of a variable; undefined where it is not set or empty. @throws ConfigError for a value that it does not take */
export declare function environment<Name extends Variable>(name: Name): ValueOf<Name> | undefined;
/** Checks every variable at once. @throws ConfigError for an ENTROPIC_ name that does not exist, with the nearest, and for a wrong value */
export declare function checkEnvironment(): void;
export {};
