import { isMapping } from "../options/problems.ts";

/**
 * What is wrong with messages of which one calls tools: a prompt would lose the calls. The rest of a line that begins with the place of the
 * messages; undefined where none does.
 */
export function toolCallsProblem(messages: readonly unknown[]): string | undefined {
  const calling = messages.findIndex((message) => isMapping(message) && !isNothing(message.tool_calls));
  if (calling < 0) return undefined;
  const remedy = "leave the row out, or write the call into content";
  return `holds tool_calls in message ${calling + 1}, which are not supported in prompts; ${remedy}`;
}

function isNothing(calls: unknown): boolean {
  return (calls ?? null) === null || (Array.isArray(calls) && calls.length === 0);
}
