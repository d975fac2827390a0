/** No configuration is longer. Whoever names a file of weights by mistake is told so without waiting. */
export declare const MOST_YAML_CHARACTERS: number;
/**
 * The plain data of a YAML text. `name` stands for the text in messages.
 * @throws ConfigError, one line, for what is not YAML, and for YAML that cannot be meant: several documents, a key that stands twice, tags,
 * aliases that multiply, are unknown or contain themselves
 */
export declare function readYaml(text: string, name: string): unknown;
