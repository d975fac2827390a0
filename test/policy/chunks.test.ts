import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityOf, evaluateScalar, runScalar } from "../../src/graph/scalar.ts";
import { chunksOf } from "../../src/policy/chunks.ts";

const MIB = 2 ** 20;

test("chunks hold every row once, and begin where windows may begin", () => {
  for (const [capacity, vocabulary, hiddenSize, bytes, limit] of [
    [300, 151_936, 896, undefined, 2 ** 31 - 4],
    [300, 151_936, 896, undefined, 128 * MIB],
    [300, 151_936, 896, 8 * MIB, 128 * MIB],
    [130, 600_000, 40, undefined, 128 * MIB],
    [70, 1_000_000, 64, undefined, 16 * MIB],
    [999, 37, 24, 1, 128 * MIB],
    [5000, 1000, 24, undefined, 128 * MIB],
  ] as const) {
    const chunks = chunksOf(runScalar("rows", capacity), vocabulary, { bytes, limit, hiddenSize });
    for (const rows of [capacity, capacity - 1, 65, 64, 1, 0]) {
      let next = 0;
      for (const { begin, rows: own, tokens } of chunks) {
        const count = evaluateScalar(own, { rows });
        assert.ok(count === 0 || begin === next, `rows ${next} to ${begin} are in no chunk`);
        next += count;
        assert.equal(tokens.begin + tokens.first, begin);
        assert.equal(evaluateScalar(tokens.rows, { rows }), count + tokens.first);
      }
      assert.equal(next, rows, `${rows} of ${capacity} rows`);
    }
    for (const { begin, rows, tokens } of chunks) {
      assert.equal((begin * hiddenSize * 4) % 256, 0, "a window of hidden states");
      assert.equal((tokens.begin * 4) % 256, 0, "a window of numbers of 4 bytes");
      assert.ok(capacityOf(rows) * vocabulary * 4 <= limit, "what a device binds");
    }
  }
});

test("a chunk has 256 rows of a large vocabulary, as many as fit 160 MiB of a larger one, and 16 MiB of a small one", () => {
  const most = (vocabulary: number, bytes?: number, limit?: number): number =>
    Math.max(...chunksOf(4096, vocabulary, { bytes, limit, hiddenSize: 896 }).map(({ rows }) => capacityOf(rows)));
  assert.equal(most(151_936), 256);
  assert.equal(most(50_257), 256);
  assert.equal(most(256_000), 128);
  assert.equal(most(1_000_000), 64, "windows of tokens begin at multiples of 64 rows");
  assert.equal(most(1000), 4096, "4096 rows of 1000 logits fit");
  assert.equal(most(2000), 2048);
  assert.equal(most(151_936, undefined, 128 * MIB), 192, "what lavapipe binds");
  assert.equal(most(151_936, 4 * MIB), 6, "what is asked for counts");
});
