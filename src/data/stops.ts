import { ConfigError, refusal } from "../options/problems.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Texts that end a completion: one, several, or none, which the empty text stands for too. */
export type StopTexts = string | readonly string[];

/** The texts that end a completion as a list, each once. */
export function stopTexts(stop: StopTexts): readonly string[] {
  return [...new Set(typeof stop === "string" ? [stop] : stop)].filter((text) => text !== "");
}

/** What of a model tells how its completions end. */
export interface EndingModel {
  readonly tokenizer: Tokenizer;
  /** config.json and generation_config.json, of which `eos_token_id` counts. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly generation: Readonly<Record<string, unknown>>;
  readonly module: { readonly vocabSize: number };
}

/** How completions end, as the sampler takes it. */
export interface Endings {
  readonly stopTokens: readonly number[];
  /** Ids that the model has and the tokenizer lacks, which are never sampled. */
  readonly bannedTokens: readonly number[];
  /**
   * How many tokens stay where one of the texts is whole; undefined where none is yet. The first `searched` tokens were given before and held
   * none. Absent where tokens alone tell.
   */
  readonly stopAfter?: (ids: readonly number[], searched: number) => number | undefined;
}

/**
 * Completions end with any end token that the tokenizer, config.json or generation_config.json names, and with any of the texts. The token
 * that ends a completion is part of it.
 * @throws ConfigError where an end token is no id of the model
 */
export function endingsOf(model: EndingModel, stop: readonly string[]): Endings {
  const { tokenizer, module } = model;
  const [tokens, texts] = split(tokenizer, stop);
  const stopTokens = [...new Set([...tokens, ...endTokensOf(model)])];
  const bannedTokens = Array.from({ length: module.vocabSize }, (_, id) => id).filter((id) => tokenizer.token(id) === undefined);
  return { stopTokens, bannedTokens, ...(texts.length > 0 && { stopAfter: stopFinder(tokenizer, texts) }) };
}

/** The end tokens of a model itself. @throws ConfigError where one is no id of the model */
export function endTokensOf({ tokenizer, config, generation, module }: EndingModel): number[] {
  const named = [
    ...listed(config.eos_token_id).map((id) => ["config.json: eos_token_id", id] as const),
    ...listed(generation.eos_token_id).map((id) => ["generation_config.json: eos_token_id", id] as const),
  ];
  const wrong = named.find(([, id]) => !(Number.isInteger(id) && Number(id) >= 0 && Number(id) < module.vocabSize));
  if (wrong) throw new ConfigError([refusal(wrong[0], wrong[1], `a token id from 0 to ${module.vocabSize - 1}, or a list of them`)]);
  return [...new Set([...listed(tokenizer.eosId), ...named.map(([, id]) => id)])] as number[];
}

/** Hugging Face writes one id by itself, several as a list, and none as null. */
function listed(ids: unknown): readonly unknown[] {
  return Array.isArray(ids) ? ids : ids === undefined || ids === null ? [] : [ids];
}

/** The texts that one token alone can write, as tokens, and the others. */
function split(tokenizer: Tokenizer, stop: readonly string[]): [tokens: number[], texts: string[]] {
  const [tokens, texts]: [number[], string[]] = [[], []];
  for (const text of stop) {
    if (text.includes(NO_CHARACTER)) throw new ConfigError([refusal("stop", text, "a text of whole characters, without U+FFFD")]);
    const [id, ...more] = tokenizer.encode(text, { specialTokens: false });
    const isOne = id !== undefined && more.length === 0 && spelledToken(tokenizer, id) === text;
    if (isOne) tokens.push(id);
    if (!isOne || isWrittenOtherwise(tokenizer, text, id)) texts.push(text);
  }
  return [tokens, texts];
}

/** Whether another token than `own` may complete a text: one that holds its last character, or bytes of one. */
function isWrittenOtherwise(tokenizer: Tokenizer, text: string, own: number): boolean {
  // A special token is left out of texts, so only its own id writes it.
  if (tokenizer.decode([own, own]) === "") return false;
  return completers(tokenizer, [text]).some((completes, id) => completes && id !== own);
}

/** For every id, whether its token may complete one of the texts. */
function completers(tokenizer: Tokenizer, texts: readonly string[]): boolean[] {
  const last = texts.map((text) => [...text].at(-1)!);
  return spelledTokens(tokenizer).map((token) => token.includes(NO_CHARACTER) || last.some((character) => token.includes(character)));
}

/** What bytes that are no whole character become. */
const NO_CHARACTER = "\ufffd";

const spelled = new WeakMap<Tokenizer, readonly string[]>();

/** The text of every token inside a text. It is remembered, because the vocabularies of real models are long. */
function spelledTokens(tokenizer: Tokenizer): readonly string[] {
  const texts = spelled.get(tokenizer) ?? Array.from({ length: tokenizer.vocabSize }, (_, id) => spelledToken(tokenizer, id));
  spelled.set(tokenizer, texts);
  return texts;
}

function spelledToken(tokenizer: Tokenizer, id: number): string {
  const { push, end } = tokenizer.decoder({ specialTokens: true });
  // At the beginning of a text a token may lose its space, so it is the second one that counts.
  push(id);
  return push(id) + end();
}

/** Finds the first token with which one of the texts is whole, even where the text begins or ends inside a token. */
function stopFinder(tokenizer: Tokenizer, texts: readonly string[]): NonNullable<Endings["stopAfter"]> {
  const mayComplete = completers(tokenizer, texts);
  // Every token has at least one byte of text.
  const window = Math.max(...texts.map((text) => new TextEncoder().encode(text).length));
  // The first token of a text may lose its space, but a completion follows its prompt. So another token takes the first place.
  const lead = spelledTokens(tokenizer).findIndex((token) => token !== "" && !token.includes(NO_CHARACTER));
  const { length: begin } = tokenizer.decode([lead], { specialTokens: true });
  const completes = (ids: readonly number[], last: number): boolean => {
    if (!mayComplete[ids[last]!]) return false;
    const written = tokenizer.decode([lead, ...ids.slice(Math.max(0, last + 1 - window), last + 1)], { specialTokens: true });
    return texts.some((text) => written.includes(text, begin));
  };
  return (ids, searched) => {
    for (let last = searched; last < ids.length; last += 1) if (completes(ids, last)) return last + 1;
    return undefined;
  };
}
