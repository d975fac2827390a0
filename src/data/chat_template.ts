import { Template } from "@huggingface/jinja";
import { FileError } from "../io/file_error.ts";
import { isMapping } from "../options/problems.ts";
import { brief, listed, quoted, reasonOf } from "../options/quote.ts";
import { losingTag } from "./chat_loops.ts";
import { DATE_FUNCTION, dateFunction } from "./template_date.ts";

/** One message of a chat, as Hugging Face's chat templates take it. */
export interface ChatMessage {
  /** Who speaks: "system", "user", "assistant", or what else the model's template knows. */
  readonly role: string;
  readonly content: string;
}

/** How a chat is written. */
export interface RenderOptions {
  /** Whether the text ends where the model's answer begins. */
  readonly addGenerationPrompt: boolean;
  /** More variables of the template, such as `{ enable_thinking: false }` for Qwen3. `strftime_now` is the date that it sees. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Writes the messages of a chat as one text. */
export type RenderChat = (messages: readonly ChatMessage[], options: RenderOptions) => string;

const TEMPLATE_FILE = "chat_template.jinja";

/** The library has a function of this name already, which can be replaced by the template alone. The line end goes with the tag. */
const OUR_DATE = "entropic_strftime_now";
const SET_DATE = `{% set ${DATE_FUNCTION} = ${OUR_DATE} %}\n`;

/**
 * The chat template of a tokenizer's files: chat_template.jinja, or else `chat_template` of tokenizer_config.json (a text, or a list of
 * named ones of which "default" counts). The special tokens that the configuration names are the template's variables.
 * @throws FileError where there is a template that cannot be read; rendering without a template, or with one whose text would be lost, says so
 */
export function chatTemplate(
  files: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>>,
  place: string,
): RenderChat {
  const source = chatTemplateSource(files, config, place);
  if (source === undefined) {
    const remedy = `give prompts as text, or put a ${TEMPLATE_FILE} beside tokenizer.json`;
    return refusing(`the model has no chat template for a prompt of messages; ${remedy}`);
  }
  const template = parsed(source, place);
  const tag = losingTag(template);
  if (tag !== undefined) {
    const remedy = `write the loop with {% if %}, in ${TEMPLATE_FILE}`;
    return refusing(`the chat template has {% ${tag} %} behind text of the same turn of a loop, which would be lost here; ${remedy}`);
  }
  const tokens = { ...specialTokens(config), tools: null, documents: null };
  return (messages, { addGenerationPrompt, variables = {} }) => {
    const { [DATE_FUNCTION]: moment, ...others } = variables;
    try {
      const date = { [OUR_DATE]: dateFunction(moment) };
      return template.render({ ...tokens, ...others, ...date, messages, add_generation_prompt: addGenerationPrompt });
    } catch (error) {
      throw new Error(`the chat template refuses the messages: ${brief(messageOf(error), 240)}`, { cause: error });
    }
  };
}

function refusing(message: string): RenderChat {
  return () => {
    throw new Error(message);
  };
}

/** The text of a tokenizer's chat template; undefined where it has none. @throws FileError where it cannot be told */
export function chatTemplateSource(
  files: Readonly<Record<string, string>>,
  config: Readonly<Record<string, unknown>>,
  place: string,
): string | undefined {
  return files[TEMPLATE_FILE] ?? defaultTemplate(config.chat_template, place);
}

function defaultTemplate(value: unknown, place: string): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  if (!Array.isArray(value) || !value.every(isNamedTemplate)) {
    throw new FileError(`${place}: chat_template is ${quoted(value)}; it must be a text, or a list of { name, template }.`);
  }
  const found = value.find(({ name }) => name === "default");
  if (found) return found.template;
  throw new FileError(`${place}: chat_template has ${listed(value.map(({ name }) => name))}; name the one to use "default".`);
}

function isNamedTemplate(value: unknown): value is { readonly name: string; readonly template: string } {
  return isMapping(value) && typeof value.name === "string" && typeof value.template === "string";
}

function parsed(source: string, place: string): Template {
  try {
    // Jinja itself reads any line end as one; the library would leave that of a tag in the text.
    return new Template(SET_DATE + source.replaceAll(/\r\n?/g, "\n"));
  } catch (error) {
    throw new FileError(`${place}: the chat template could not be read: ${brief(reasonOf(error), 240)}; mend it, or leave it out.`);
  }
}

/** The special tokens of a configuration by their keys: bos_token, eos_token and so on. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = Object.entries(config).flatMap(([key, token]): [string, string][] => {
    const content = key.endsWith("_token") ? tokenContent(token) : undefined;
    return content === undefined ? [] : [[key, content]];
  });
  return Object.fromEntries(named);
}

/** The text of a special token, which is written as a string or as an object with its content. */
export function tokenContent(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  return isMapping(token) && "content" in token ? String(token.content) : undefined;
}

/** The whole message of an error: `raise_exception` may say more than its first line. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
