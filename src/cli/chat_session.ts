import { answerTurn, fitTurns, type Turn } from "../data/conversation.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import { brief, reasonOf } from "../options/quote.ts";
import { requireFiniteCompletions } from "../policy/finite_completions.ts";
import type { Sampler } from "../policy/sampler.ts";

/** What answers: a sampler, and the most tokens of a chat before its answer. */
export interface ChatModel {
  readonly tokenizer: Tokenizer;
  readonly sampler: Sampler;
  readonly longestPrompt: number;
}

/** What a line of the user came to. */
export interface Outcome {
  /** Whether the chat is over. */
  readonly isOver: boolean;
  /** What the user should know, one line each. */
  readonly notes: readonly string[];
}

/** How an answer is shown, and how it is stopped. */
export interface Answering {
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A chat, line by line. */
export interface ChatSession {
  take(line: string, answering: Answering): Promise<Outcome>;
}

const COMMANDS = "/reset, /system TEXT, /exit";

export function createChatSession(
  model: ChatModel,
  { system, seed }: { readonly system?: string | undefined; readonly seed: number },
): ChatSession {
  const begin = (text: string | undefined): readonly Turn[] => (text === undefined ? [] : [{ message: { role: "system", content: text } }]);
  let [prompt, turns, asked] = [system, begin(system), 0];
  const restart = (text: string | undefined, note: string): Outcome => {
    [prompt, turns] = [text, begin(text)];
    return going(note);
  };
  return {
    take: async (line, answering) => {
      const text = line.trim();
      if (text === "") return going();
      const [word = "", rest = ""] = text.split(/\s+(.*)/s);
      if (word === "/exit") return { isOver: true, notes: [] };
      if (word === "/reset") return restart(prompt, "the chat begins anew");
      if (word === "/system") return restart(rest === "" ? undefined : rest, "the chat begins anew, with this system prompt");
      // A message may begin with a slash too, behind a space.
      if (line.startsWith("/")) return going(`there is no command ${brief(word, 40)}; there are ${COMMANDS}`);
      asked += 1;
      const answer = await answerTo(model, [...turns, { message: { role: "user", content: text } }], {
        ...answering,
        seed,
        key: asked - 1,
      });
      turns = answer.turns ?? turns;
      return going(...answer.notes);
    },
  };
}

function going(...notes: string[]): Outcome {
  return { isOver: false, notes };
}

/** `turns`: the chat with the answer; undefined where there is none. */
interface Answer {
  readonly turns?: readonly Turn[];
  readonly notes: readonly string[];
}

async function answerTo(
  { tokenizer, sampler, longestPrompt }: ChatModel,
  turns: readonly Turn[],
  { write, signal, seed, key }: Answering & { readonly seed: number; readonly key: number },
): Promise<Answer> {
  const fitted = fittedOr(tokenizer, turns, longestPrompt);
  if (typeof fitted === "string") return { notes: [fitted] };
  const decoder = tokenizer.decoder();
  const onTokens = (_: number, ids: readonly number[]): void => write(ids.map(decoder.push).join(""));
  const [completion] = await sampler.generate([{ ids: fitted.ids, key }], seed, { onTokens, signal });
  write(decoder.end());
  requireFiniteCompletions([completion!]);
  const { ids, finishReason } = completion!;
  const endings = { stop: [], length: [`the answer was cut off after ${ids.length} tokens`], aborted: ["the answer was stopped"] };
  const notes = [...droppedNote(fitted.dropped, longestPrompt), ...endings[finishReason]];
  return ids.length === 0 ? { notes } : { turns: [...fitted.turns, answerTurn(tokenizer, ids)], notes };
}

/** The turns that fit, or why there are none. */
function fittedOr(tokenizer: Tokenizer, turns: readonly Turn[], limit: number): ReturnType<typeof fitTurns> | string {
  try {
    const fitted = fitTurns(tokenizer, turns, limit);
    if (fitted.ids.length > 0 && fitted.ids.length <= limit) return fitted;
    return `the message has ${fitted.ids.length} tokens with what must stand before it, and there is room for ${limit}; shorten it`;
  } catch (error) {
    return reasonOf(error);
  }
}

function droppedNote(dropped: number, limit: number): string[] {
  if (dropped === 0) return [];
  return [`the ${dropped === 1 ? "oldest message was" : `${dropped} oldest messages were`} left out: there is room for ${limit} tokens`];
}
