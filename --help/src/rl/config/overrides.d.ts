/**
 * A copy of the configuration with overrides such as `grpo.steps=10` or `task={ name: addition }`, whose values are read as YAML.
 * Unknown keys pass here; parsing refuses them. Throws ConfigError for an override that is not KEY=VALUE or leads through a plain value.
 */
export declare function applyOverrides(value: unknown, overrides: readonly string[]): unknown;
