import { isMapping } from "../options/problems.ts";
import type { ChatMessage } from "./chat_template.ts";
import type { Tokenizer } from "./tokenizer.ts";

export type { ChatMessage };

/** What a model continues: a text as it is, or the messages of a chat, which the tokenizer's chat template writes as a text. */
export type Prompt = string | readonly ChatMessage[];

/**
 * Token ids of a prompt. A chat's template writes the special tokens itself, so the tokenizer adds none there.
 * @throws Error, one line, where the tokenizer has no chat template, or the template refuses the messages
 */
export function encodePrompt(tokenizer: Tokenizer, prompt: Prompt): number[] {
  return typeof prompt === "string" ? tokenizer.encode(prompt) : tokenizer.encode(promptText(tokenizer, prompt), { specialTokens: false });
}

/** The text of a prompt as the model sees it: a chat as its template writes it, up to where the model's answer begins. */
export function promptText(tokenizer: Tokenizer, prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : tokenizer.renderChat(prompt, { addGenerationPrompt: true });
}

/** Whether a value is a message of a chat; it may have further keys. */
export function isMessage(value: unknown): value is ChatMessage {
  return isMapping(value) && typeof value.role === "string" && typeof value.content === "string";
}

/** A prompt as messages that begin with a system prompt. A text becomes the message of a user. */
export function withSystem(prompt: Prompt, system: string): readonly ChatMessage[] {
  const messages = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return [{ role: "system", content: system }, ...messages];
}

/** Variables of a chat template by name. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** The same tokenizer, whose chat template gets more variables, such as `{ enable_thinking: false }` for Qwen3. */
export function withTemplateVariables(tokenizer: Tokenizer, variables: TemplateVariables = {}): Tokenizer {
  const { renderChat } = tokenizer;
  return {
    ...tokenizer,
    renderChat: (messages, options) => renderChat(messages, { ...options, variables: { ...variables, ...options.variables } }),
  };
}
