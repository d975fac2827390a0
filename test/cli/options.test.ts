import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { addSetOption } from "../../src/cli/options.ts";
import { buildProgram } from "../../src/cli/program.ts";

async function optionsOf(name: string): Promise<Command["options"]> {
  const program = await buildProgram(name);
  return [...program.commands.find((command) => command.name() === name)!.options];
}

test("every command that samples or writes a model takes adapters, and says that --model may be a name", async () => {
  for (const name of ["chat", "generate", "eval", "merge", "export"]) {
    const options = await optionsOf(name);
    assert.ok(
      options.some(({ long }) => long === "--lora"),
      `${name} has no --lora`,
    );
    assert.match(options.find(({ long }) => long === "--model")!.description, /\bname\b/, name);
  }
});

test("--set gathers its values, has none at first, and shows no default", () => {
  const parse = (...words: string[]): string[] => addSetOption(new Command()).parse(words, { from: "user" }).opts<{ set: string[] }>().set;
  assert.deepEqual(parse(), []);
  assert.deepEqual(parse("--set", "a=1", "--set", "b=2"), ["a=1", "b=2"]);
  assert.doesNotMatch(addSetOption(new Command()).helpInformation(), /default/);
});
