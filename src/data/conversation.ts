import type { ChatMessage } from "./chat_template.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A message of a chat. An answer that was sampled has the tokens that it was sampled as. */
export interface Turn {
  readonly message: ChatMessage;
  readonly ids?: readonly number[];
}

/** The turn of an answer that was sampled. */
export function answerTurn(tokenizer: Tokenizer, ids: readonly number[]): Turn {
  return { message: { role: "assistant", content: tokenizer.decode(ids) }, ids };
}

/**
 * Token ids of a chat up to where the next answer begins. An answer keeps the tokens that it was sampled as, where the template writes it
 * as it was sampled; the text between answers is encoded.
 * @throws Error, one line, where there is no chat template, or it refuses the messages
 */
export function conversationIds(tokenizer: Tokenizer, turns: readonly Turn[]): number[] {
  const text = rendered(tokenizer, turns);
  let ids: readonly number[] = [];
  let end = 0;
  for (const [i, turn] of turns.entries()) {
    const place = turn.ids && placeOf(tokenizer, { text, before: rendered(tokenizer, turns.slice(0, i)), ids: turn.ids });
    if (!place || place.begin < end) continue;
    ids = [...ids, ...tokensBetween(tokenizer, text, end, place.begin), ...place.ids];
    end = place.end;
  }
  return [...ids, ...tokensBetween(tokenizer, text, end, text.length)];
}

function rendered(tokenizer: Tokenizer, turns: readonly Turn[]): string {
  const messages = turns.map(({ message }) => message);
  return messages.length === 0 ? "" : tokenizer.renderChat(messages, { addGenerationPrompt: true });
}

interface Place {
  readonly begin: number;
  readonly end: number;
  readonly ids: readonly number[];
}

/** Where a text has sampled tokens after `before`, with their last one (which may be an end token that the template leaves out) or without. */
function placeOf(
  tokenizer: Tokenizer,
  { text, before, ids }: { readonly text: string; readonly before: string; readonly ids: readonly number[] },
): Place | undefined {
  const candidates = [ids, ids.slice(0, -1)].map((kept) => ({ kept, spelled: tokenizer.decode(kept, { specialTokens: true }) }));
  const found = candidates.find(({ spelled }) => text.startsWith(before + spelled));
  return found && { begin: before.length, end: before.length + found.spelled.length, ids: found.kept };
}

/** Tokens of a part of a text, as they are in the whole text where a token ends at each side of the part. */
export function tokensBetween(tokenizer: Tokenizer, text: string, begin: number, end: number): number[] {
  if (begin === end) return [];
  const encode = (part: string): number[] => tokenizer.encode(part, { specialTokens: false });
  const before = encode(text.slice(0, begin));
  const all = encode(text.slice(0, end));
  return before.every((id, i) => id === all[i]) ? all.slice(before.length) : encode(text.slice(begin, end));
}

/** The turns that fit into a context, with their tokens. */
export interface FittedTurns {
  readonly turns: readonly Turn[];
  readonly ids: readonly number[];
  /** How many of the oldest messages were left out. */
  readonly dropped: number;
}

/** Leaves out the oldest exchanges until a chat has at most `limit` tokens. A system prompt and the last message always stay. */
export function fitTurns(tokenizer: Tokenizer, turns: readonly Turn[], limit: number): FittedTurns {
  const ids = conversationIds(tokenizer, turns);
  const first = turns[0]?.message.role === "system" ? 1 : 0;
  const next = turns.findIndex(({ message }, i) => i > first && message.role === "user");
  if (ids.length <= limit || next === -1) return { turns, ids, dropped: 0 };
  const rest = fitTurns(tokenizer, [...turns.slice(0, first), ...turns.slice(next)], limit);
  return { ...rest, dropped: rest.dropped + next - first };
}
