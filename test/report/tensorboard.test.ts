import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createEventFile } from "../../src/node/event_file.ts";

/** CRC-32C bit by bit, as RFC 3720 defines it, masked as TFRecord does. */
function checksum(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = ((crc ^ (byte >>> bit)) & 1) === 1;
      crc = (crc >>> 1) ^ (isOdd ? 0x82f63b78 : 0);
    }
  }
  const inverted = BigInt((crc ^ 0xffffffff) >>> 0);
  const rotated = (inverted >> 15n) | ((inverted << 17n) & 0xffffffffn);
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), checksum(file.subarray(at, at + 8)), "the checksum of the length");
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 12 + length), checksum(data), "the checksum of the data");
    found.push(data);
    at += length + 16;
  }
  return found;
}

type Field = { readonly number: number; readonly value: number | Buffer };

/** The fields of a protobuf message of any kind. */
function fields(message: Buffer): Field[] {
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return value;
    }
  };
  const found: Field[] = [];
  while (at < message.length) {
    const key = varint();
    const number = key >> 3;
    const begin = at;
    if ((key & 7) === 0) found.push({ number, value: varint() });
    else if ((key & 7) === 1) {
      found.push({ number, value: message.readDoubleLE(at) });
      at += 8;
    } else if ((key & 7) === 5) {
      found.push({ number, value: message.readFloatLE(at) });
      at += 4;
    } else if ((key & 7) === 2) {
      const length = varint();
      at += length;
      found.push({ number, value: message.subarray(at - length, at) });
    } else assert.fail(`wire type ${key & 7} at ${begin}`);
  }
  return found;
}

const field = (all: readonly Field[], number: number): number | Buffer | undefined => all.find((one) => one.number === number)?.value;

interface Read {
  readonly versions: string[];
  readonly scalars: [step: number, tag: string, value: number][];
  readonly starts: number[];
}

async function readEvents(dir: string): Promise<Read> {
  const read: Read = { versions: [], scalars: [], starts: [] };
  for (const name of (await readdir(dir)).filter((one) => /^events\.out\.tfevents\.\d{10}\./.test(one)).sort()) {
    for (const record of records(await readFile(join(dir, name)))) {
      const event = fields(record);
      const step = (field(event, 2) as number | undefined) ?? 0;
      assert.ok(Math.abs((field(event, 1) as number) - Date.now() / 1000) < 60, "seconds since 1970");
      const [version, summary, start] = [field(event, 3), field(event, 5), field(event, 7)];
      if (version) read.versions.push(String(version));
      if (start) read.starts.push(step);
      for (const { value } of summary ? fields(summary as Buffer) : []) {
        const scalar = fields(value as Buffer);
        read.scalars.push([step, String(field(scalar, 1)), field(scalar, 2) as number]);
      }
    }
  }
  return read;
}

test("event files hold every step once, also where a run goes on from an earlier step", async () => {
  const dir = await mkdtemp(join(tmpdir(), "entropic-events-"));
  const warn = (line: string): void => assert.fail(line);
  try {
    const first = await createEventFile(dir, -1, warn);
    assert.equal(first.last, -1);
    for (const step of [0, 1, 2, 127, 128, 20_000]) {
      first.reporter.report({ step, metrics: { "entropic/alpha": step / 4, größe: -0.1 } });
    }
    await first.reporter.close();
    const second = await createEventFile(dir, 127, warn);
    assert.equal(second.last, 127, "the last step that stays");
    second.reporter.report({ step: 128, metrics: { reward: 1e30 } });
    await second.reporter.close();
    const { versions, scalars, starts } = await readEvents(dir);
    assert.deepEqual(versions, ["brain.Event:2", "brain.Event:2"]);
    assert.deepEqual(starts, [128]);
    assert.deepEqual(scalars, [
      ...[0, 1, 2, 127].flatMap((step) => [
        [step, "entropic/alpha", step / 4],
        [step, "größe", Math.fround(-0.1)],
      ]),
      [128, "reward", Math.fround(1e30)],
    ]);
  } finally {
    await rm(dir, { recursive: true });
  }
});
