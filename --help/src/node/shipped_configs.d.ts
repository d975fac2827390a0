/** The names of the configurations that come with the package: `quickstart` is configs/quickstart.yaml. */
export declare function shippedConfigNames(): string[];
/**
 * The file that a configuration's name means. A file of the user's comes first. Otherwise the bare name of a shipped configuration
 * ("quickstart") or its path in the package ("configs/quickstart.yaml") means that one. Anything else is returned as it is.
 */
export declare function configFile(name: string): string;
