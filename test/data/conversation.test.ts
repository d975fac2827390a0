import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTurn, conversationIds, fitTurns, type Turn } from "../../src/data/conversation.ts";
import type { Tokenizer } from "../../src/data/tokenizer.ts";
import { byteLevelTokenizer } from "./tiny_tokenizers.ts";

const BEGIN = "<|im_start|>";
const END = "<|im_end|>";
const chatml =
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

function tokenizerWith(template: string): Tokenizer {
  return byteLevelTokenizer({
    merges: [["a", "b"]],
    added: [BEGIN, END].map((content) => ({ content, special: true })),
    config: { chat_template: template },
  });
}

const tokenizer = tokenizerWith(chatml);
const encode = (text: string): number[] => tokenizer.encode(text, { specialTokens: false });
const user = (content: string): Turn => ({ message: { role: "user", content } });
/** "ab" in two tokens, as no encoder writes it. */
const sampled = [...encode("a"), ...encode("b")];
const written = (content: string): string => `${BEGIN}user\n${content}${END}\n${BEGIN}assistant\n`;

test("an answer keeps the tokens that it was sampled as", () => {
  assert.notDeepEqual(encode("ab"), sampled);
  for (const ids of [[...sampled, ...encode(END)], sampled]) {
    const turns = [user("ab"), answerTurn(tokenizer, ids), user("x ab")];
    const rest = `${ids.length === 2 ? END : ""}\n${written("x ab")}`;
    assert.deepEqual(conversationIds(tokenizer, turns), [...encode(written("ab")), ...ids, ...encode(rest)]);
  }
});

test("every answer of a chat keeps its tokens, also where texts are alike", () => {
  const ids = [...sampled, ...encode(END)];
  const turns = [user("ab"), answerTurn(tokenizer, ids), user("ab"), answerTurn(tokenizer, ids), user("ab")];
  const exchange = [...encode(written("ab")), ...ids, ...encode("\n")];
  assert.deepEqual(conversationIds(tokenizer, turns), [...exchange, ...exchange, ...encode(written("ab"))]);
});

test("an end token that the template leaves out is left out, and a changed answer is encoded", () => {
  const plain = tokenizerWith("{% for message in messages %}{{ message.content }};{% endfor %}");
  const turns = [user("x"), answerTurn(plain, [...sampled, ...encode(END)]), user("y")];
  assert.deepEqual(conversationIds(plain, turns), [...encode("x;"), ...sampled, ...encode(";y;")]);
  const upper = tokenizerWith("{% for message in messages %}{{ message.content | upper }};{% endfor %}");
  assert.deepEqual(conversationIds(upper, turns), encode("X;AB;Y;"));
});

test("the oldest exchanges are left out where a chat is too long; the system prompt and the last message stay", () => {
  const system: Turn = { message: { role: "system", content: "s" } };
  const answer = answerTurn(tokenizer, [...sampled, ...encode(END)]);
  const turns = [system, user("1"), answer, user("2"), answer, user("3")];
  const all = conversationIds(tokenizer, turns);
  assert.deepEqual(fitTurns(tokenizer, turns, all.length), { turns, ids: all, dropped: 0 });
  const fewer = fitTurns(tokenizer, turns, all.length - 1);
  assert.deepEqual([fewer.turns, fewer.dropped], [[system, user("2"), answer, user("3")], 2]);
  assert.deepEqual(fewer.ids, conversationIds(tokenizer, fewer.turns));
  const last = fitTurns(tokenizer, turns, 1);
  assert.deepEqual([last.turns, last.dropped], [[system, user("3")], 4]);
  assert.ok(last.ids.length > 1, "what cannot be left out stays, however long");
});
