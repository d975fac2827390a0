/** Texts that end a completion: one, several, or none, which the empty text stands for too. */
export type StopTexts = string | readonly string[];

/** The texts that end a completion as a list, each once. */
export function stopTexts(stop: StopTexts): readonly string[] {
  return [...new Set(typeof stop === "string" ? [stop] : stop)].filter((text) => text !== "");
}
