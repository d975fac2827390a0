import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CHIPS } from "../../bench/compiled/chips.ts";
import { buildLayer } from "../../bench/compiled/layer.ts";
import { type ChipReport, occupancy, spilled } from "../../bench/compiled/report.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const folder = temporaryFolder("entropic-compiled-test");

/** Why nothing can be compiled here, or undefined. */
function missing(): string | undefined {
  try {
    buildLayer(join(folder, "layer"))(CHIPS[0]!);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const skip = missing();

const program = fileURLToPath(new URL("../../bench/compiled/run.ts", import.meta.url));

function run(...options: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", program, ...options], { encoding: "utf8" });
}

test("every kernel of training and decoding compiles for AMD's GPUs, in subgroups of known size, and none spills registers", {
  skip,
}, () => {
  const [json, assembly] = [join(folder, "compiled.json"), join(folder, "compiled.s")];
  const { status, stdout, stderr } = run("--chips", "navi31,vega20", "--shapes", "S,Qwen,Gemma", "--json", json, "--assembly", assembly);
  assert.equal(status, 0, stderr);
  const reports = JSON.parse(readFileSync(json, "utf8")) as ChipReport[];
  assert.deepEqual(
    reports.map(({ chip, architecture, lanes, subgroups }) => ({ chip, architecture, lanes, subgroups })),
    [
      { chip: "navi31", architecture: "rdna-3", lanes: 32, subgroups: true },
      { chip: "vega20", architecture: "gcn-5", lanes: 64, subgroups: true },
    ],
  );
  for (const { chip, lanes, compiled } of reports) {
    const about = CHIPS.find(({ name }) => name === chip)!;
    assert.ok(compiled.length > 90, `${compiled.length} kernels`);
    for (const one of compiled) {
      const where = `${chip}: ${one.kernel} ${JSON.stringify(one.constants)}`;
      assert.equal(spilled(one), 0, where);
      assert.ok(occupancy(one, about)! >= 0.1 && occupancy(one, about)! <= 1, `${where}: occupancy ${occupancy(one, about)}`);
    }
    const norm = compiled.find(({ kernel }) => kernel === "norm/rms_norm")!;
    assert.equal(norm.statistics["Subgroup size"], lanes);
    assert.match(stdout, new RegExp(`^norm/rms_norm .* ${norm.statistics.VGPRs} .*Qwen step 49`, "m"));
  }
  assert.match(readFileSync(assembly, "utf8"), /v_fmac_f32/);
});

test("its options are checked before anything is compiled", () => {
  const { status, stderr } = run("--chips", "navi99");
  assert.deepEqual([status, stderr], [2, "error: --chips names navi99; it can name gfx1201, navi31, navi21, vega20, lnl, dg2, tgl\n"]);
  assert.match(run("--help").stdout, /examples:/);
});
