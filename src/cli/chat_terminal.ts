import { createInterface, type Interface } from "node:readline";
import type { ChatSession } from "./chat_session.ts";
import { stopCodes } from "./interrupt.ts";

interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Where notes go, so that a pipe gets answers alone. */
  readonly notes: NodeJS.WriteStream;
}

/** Reads lines and shows answers until the input ends or the user leaves. Ctrl-C stops an answer. */
export async function chatTerminal(session: ChatSession, { input, output, notes }: Streams): Promise<void> {
  const isTerminal = input.isTTY === true && output.isTTY === true;
  const lines = createInterface({ input, terminal: isTerminal, ...(isTerminal && { output, prompt: "> " }) });
  const note = (text: string): void => void notes.write(`(${text})\n`);
  let answer: AbortController | undefined;
  const stop = onInterrupt(lines, isTerminal, () => {
    if (answer) answer.abort();
    else if (!isTerminal) process.exit(stopCodes.SIGINT);
    else note("Ctrl-D or /exit ends the chat");
    if (isTerminal && !answer) lines.prompt();
  });
  if (isTerminal) lines.prompt();
  for await (const line of lines) {
    answer = new AbortController();
    let written = "";
    const write = (text: string): void => {
      written += text;
      output.write(text);
    };
    const outcome = await session.take(line, { write, signal: answer.signal });
    answer = undefined;
    if (written !== "" && !written.endsWith("\n")) output.write("\n");
    for (const text of outcome.notes) note(text);
    if (outcome.isOver) break;
    if (isTerminal) lines.prompt();
  }
  stop();
  lines.close();
}

/** Calls `use` at every Ctrl-C. A terminal that is read line by line gives it to its reader, and no signal. Returns what ends this. */
function onInterrupt(lines: Interface, isTerminal: boolean, use: () => void): () => void {
  if (isTerminal) lines.on("SIGINT", use);
  else process.on("SIGINT", use);
  return () => process.off("SIGINT", use);
}
