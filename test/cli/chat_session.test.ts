import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChatSession, createChatSession } from "../../src/cli/chat_session.ts";
import type { Completion, Prompt, Sampler } from "../../src/policy/sampler.ts";
import { byteLevelTokenizer } from "../data/tiny_tokenizers.ts";

const tokenizer = byteLevelTokenizer({
  config: {
    chat_template:
      "{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not no') }}{% endif %}[{{ m.role[0] }}]{{ m.content }}{% endfor %}" +
      "{% if add_generation_prompt %}[a]{% endif %}",
  },
});
const encode = (text: string): number[] => tokenizer.encode(text, { specialTokens: false });

/** A sampler that answers every prompt with the same text, and what it was asked. */
function answering(text: string, finishReason: Completion["finishReason"] = "stop"): { sampler: Sampler; asked: Prompt[] } {
  const asked: Prompt[] = [];
  const ids = encode(text);
  const generate: Sampler["generate"] = async (prompts, _, watch) => {
    asked.push(...prompts);
    for (const id of ids) watch?.onTokens?.(0, [id]);
    return [{ ids, logprobs: new Float32Array(ids.length), entropies: new Float32Array(ids.length), finishReason }];
  };
  return { sampler: { generate, destroy: () => {} }, asked };
}

/** What was written, and the notes of every line. */
async function say(session: ChatSession, ...lines: string[]): Promise<{ written: string; notes: (readonly string[])[] }> {
  let written = "";
  const notes: (readonly string[])[] = [];
  for (const line of lines) {
    const { isOver, notes: said } = await session.take(line, { write: (text) => (written += text), signal: new AbortController().signal });
    notes.push(said);
    if (isOver) break;
  }
  return { written, notes };
}

test("a chat grows by messages and answers; commands change it", async () => {
  const { sampler, asked } = answering("é!");
  const session = createChatSession({ tokenizer, sampler, longestPrompt: 99 }, { system: "S", seed: 0 });
  const { written, notes } = await say(
    session,
    "x",
    "",
    "y",
    "/reset",
    "z",
    "/system T",
    "w",
    "/nothing",
    " /etc",
    "/system",
    "v",
    "/exit",
    "u",
  );
  assert.equal(written, "é!".repeat(6));
  assert.deepEqual(
    asked.map(({ ids }) => tokenizer.decode(ids)),
    ["[s]S[u]x[a]", "[s]S[u]x[a]é![u]y[a]", "[s]S[u]z[a]", "[s]T[u]w[a]", "[s]T[u]w[a]é![u]/etc[a]", "[u]v[a]"],
  );
  assert.deepEqual(
    asked.map(({ key }) => key),
    [0, 1, 2, 3, 4, 5],
  );
  assert.match(notes[7]![0]!, /no command \/nothing/);
  assert.equal(notes.length, 12, "nothing is read after /exit");
});

test("what the template refuses leaves the chat as it was", async () => {
  const { sampler, asked } = answering("!");
  const session = createChatSession({ tokenizer, sampler, longestPrompt: 99 }, { seed: 0 });
  const { notes } = await say(session, "x", "no", "/system no", "y");
  assert.match(notes[1]![0]!, /refuses the messages: not no/);
  assert.match(notes[2]![0]!, /refuses the messages: not no/);
  assert.equal(tokenizer.decode(asked[1]!.ids), "[u]x[a]![u]y[a]");
});

test("a chat that outgrows the context loses its oldest messages, and says so; a message that is too long is refused", async () => {
  const { sampler, asked } = answering("12345", "length");
  const session = createChatSession({ tokenizer, sampler, longestPrompt: 19 }, { seed: 0 });
  const { notes } = await say(session, "x", "y", "w".repeat(14), "z");
  assert.deepEqual(notes[0], ["the answer was cut off after 5 tokens"]);
  assert.match(notes[1]![0]!, /^the answer was cut off/);
  assert.match(notes[2]![0]!, /^the message has 20 tokens .* room for 19; shorten it$/);
  assert.match(notes[3]![0]!, /^the 2 oldest messages were left out: there is room for 19 tokens$/);
  assert.deepEqual(
    asked.map(({ ids }) => tokenizer.decode(ids)),
    ["[u]x[a]", "[u]x[a]12345[u]y[a]", "[u]y[a]12345[u]z[a]"],
  );
});

test("an answer that was stopped stays in the chat as far as it came", async () => {
  const { sampler, asked } = answering("ab", "aborted");
  const session = createChatSession({ tokenizer, sampler, longestPrompt: 99 }, { seed: 0 });
  const { notes } = await say(session, "x", "y");
  assert.deepEqual(notes[0], ["the answer was stopped"]);
  assert.equal(tokenizer.decode(asked[1]!.ids), "[u]x[a]ab[u]y[a]");
});
