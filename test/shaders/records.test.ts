import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { reflect } from "../../src/gpu/reflect.ts";
import type { RecordLayout } from "../../src/graph/record.ts";
import * as records from "../../src/ops/records.ts";

/** Every record of the host; a struct of shaders/lib that a buffer holds needs one. */
const RECORDS: readonly RecordLayout[] = Object.values(records);

const folder = new URL("../../shaders/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".wgsl"));
const textOf = (path: string): string => readFileSync(new URL(path, folder), "utf8");

interface Field {
  readonly name: string;
  readonly type: string;
}

/** The structs of shaders/lib by name, with their fields in order. */
const structs = new Map<string, Field[]>();
for (const path of files.filter((name) => name.startsWith("lib"))) {
  for (const [, name, body] of textOf(path).matchAll(/^struct (\w+) \{([^}]*)\}/gm)) {
    structs.set(
      name!,
      [...body!.replaceAll(/\/\/[^\n]*/g, "").matchAll(/(\w+): ([^,\n]+),/g)].map(([, field, type]) => ({ name: field!, type: type! })),
    );
  }
}

const structsIn = (type: string): string[] => [...type.matchAll(/\w+/g)].map(([word]) => word).filter((word) => structs.has(word));

/** A struct and those that its fields are made of, but without those that hold others alone. */
function storedIn(name: string): string[] {
  const inner = structs.get(name)!.flatMap(({ type }) => structsIn(type));
  return inner.length > 0 ? inner.flatMap(storedIn) : [name];
}

const bound = files.filter((name) => !name.startsWith("lib")).flatMap((path) => bindingTypes(path).flatMap(structsIn));
const stored = [...new Set(bound.flatMap(storedIn))];

function bindingTypes(path: string): string[] {
  // Variants number their bindings alike, so each binding is read by itself.
  const bindings = textOf(path).match(/var<storage[^;]*;/g) ?? [];
  return bindings.map((binding) => reflect(path, `@group(0) @binding(0) ${binding}`).bindings[0]!.type);
}

test("the structs that buffers hold are found", () =>
  assert.ok(stored.includes("TokenInput") && stored.includes("TokenRange") && stored.includes("Loop"), `${stored}`));

for (const name of stored) {
  test(`struct ${name} in WGSL and its record list the same fields`, () => {
    const record = RECORDS.find((one) => one.name === name);
    assert.ok(record, `struct ${name} is bound by a kernel and has no record; add one to src/ops/records.ts`);
    assert.deepEqual(
      structs.get(name),
      record.fields.map((field) => ({ name: field, type: "f32" })),
    );
  });
}

test("every record has a struct that a kernel binds", () => {
  for (const { name } of RECORDS) assert.ok(stored.includes(name), `no kernel binds a struct ${name}`);
});
