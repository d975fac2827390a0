/** Two invocations of a workgroup that touched one word between the same barriers, at least one of them to write. */
export interface DataRace {
  /** The kernel's id. */
  readonly kernel: string;
  /** The variable in workgroup memory, by its name in the WGSL. */
  readonly variable: string;
  /** What the invocation did that came second: "load", "store" or "atomic". */
  readonly access: string;
  readonly invocations: readonly [second: number, first: number];
}

const TITLE = /\[ SharedMemoryDataRace-\w+ \]/;
const WORDS = /variable "([^"]*)" in local invocation index (\d+) while performing an? (\w+).*against local invocation index (\d+)/;
const MODULE = /Shader Module \((?:DawnDbg=\d+;Dawn_ShaderModule_)?([^)]*)\)/;

/** The races in a text of the validation layer's, each kernel, variable and kind of access once. */
export function racesIn(text: string): DataRace[] {
  const races = new Map<string, DataRace>();
  for (const report of text.split(TITLE).slice(1)) {
    const [, variable = "?", second, access = "?", first] = WORDS.exec(report) ?? [];
    const kernel = MODULE.exec(report)?.[1] ?? "?";
    const key = [kernel, variable, access].join();
    if (!races.has(key)) races.set(key, { kernel, variable, access, invocations: [Number(second), Number(first)] });
  }
  return [...races.values()];
}
