/** What a process had printed of a JSON document with a row on each line when it was killed. */

/**
 * The document up to the last row that is whole, with its brackets closed and marked as broken off. Returns undefined where no row was
 * printed, or where this is no such document.
 */
export function cutOffJson(text: string): object | undefined {
  const lines = text.slice(Math.max(0, text.indexOf("{"))).split("\n");
  for (let count = lines.length - 1; count > 0; count -= 1) {
    const whole = lines.slice(0, count).join("\n").replace(/,\s*$/, "");
    const end = closing(whole);
    if (!end.startsWith("]") || whole.endsWith("[")) continue;
    try {
      return { ...(JSON.parse(`${whole}${end}`) as object), brokenOff: "the process was stopped" };
    } catch {
      // The last line is not whole.
    }
  }
  return undefined;
}

/** The brackets that are open at the end of a text, closed. */
function closing(text: string): string {
  const open: string[] = [];
  for (const bracket of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").match(/[{}[\]]/g) ?? []) {
    if (bracket === "{") open.push("}");
    else if (bracket === "[") open.push("]");
    else open.pop();
  }
  return open.reverse().join("");
}
