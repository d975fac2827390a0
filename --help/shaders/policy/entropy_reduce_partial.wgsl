// partial[g, b] = the entropy H, the tokens and the gated tokens, each summed over the rows of block b that are of class g (mask = 1 + g)
// entropy_reduce adds the blocks up. Each workgroup handles one block and class; its lanes stride over the rows. `select` leaves the other
// rows out, so they may hold anything.
import package::lib::control::{EntropySums, actuator};
import package::lib::reduce::reduce_sum;
import package::lib::token::{TokenInput, TokenStatistics};
import constants::LANES;

struct Parameters {
  rows: u32,
  block_rows: u32,
  gate: u32,
  log_tau: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> partial: array<EntropySums>; // [G, B, 3]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let block = workgroup.x;
  let class_mask = f32(workgroup.y + 1u);
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var sums = vec3f(0.0);
  for (var row = block * parameters.block_rows + lane; row < end; row += LANES) {
    let token = statistics[row];
    let gated = abs(actuator(parameters.gate, parameters.log_tau, token.logp, token.effect));
    sums += select(vec3f(0.0), vec3f(token.entropy, 1.0, gated), vec3<bool>(token_inputs[row].mask == class_mask));
  }
  let entropy = reduce_sum(sums.x, lane);
  let count = reduce_sum(sums.y, lane);
  let gated = reduce_sum(sums.z, lane);
  if lane == 0u {
    partial[workgroup.y * workgroups.x + block] = EntropySums(entropy, count, gated);
  }
}
