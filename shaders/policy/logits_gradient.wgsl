// In place, with z = logits * inverse_temperature, p = exp(z - log_sum_exp), c = (c_logp, c_entropy) and action a of each row:
//   logits_j <- inverse_temperature * (c_logp * (1[j = a] - p_j) - c_entropy * p_j * (log p_j + H))
// which is the gradient by the logits of  sum over rows of c_logp * logp + c_entropy * H.  A row with c = 0 becomes exact zeros.
// With CAPPED the logits are capped already (cap_logits), and the gradient is that by the logits before: 1 - (logits / CAP)^2 times as large.
// Row r of the logits is token first + r of all other arrays, so that a chunk of logits may begin anywhere in a batch.
// With VEC4 rows are whole quads; with PADDED they are longer than the vocabulary, and the rest becomes zero.
// With ROW_PER_LANE (small vocabularies) each lane handles one row; else each workgroup does one of the `parts` of a row, and its lanes
// take four columns at a time.
import package::lib::grid::linear_workgroup;
import package::lib::numeric::{LOWEST, is_zero};
@if(CAPPED) import package::lib::soft_cap::soft_cap_slope;
import package::lib::token::{LossCoefficients, TokenStatistics};
import constants::LANES;
@if(CAPPED) import constants::CAP;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  stride: u32,
  inverse_temperature: f32,
  first: u32,
  parts: u32,
  part_columns: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> actions: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> coefficients: array<LossCoefficients>; // [N, 2]
@group(0) @binding(2) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@if(VEC4) @group(0) @binding(3) var<storage, read_write> logits: array<vec4f>; // [N, V]
@if(!VEC4) @group(0) @binding(3) var<storage, read_write> logits: array<f32>; // [N, V]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let index = linear_workgroup(workgroup, workgroups);
  let row = row_of(index, lane);
  if row >= parameters.rows {
    return;
  }
  let token = parameters.first + row;
  let c = coefficients[token];
  let counts = !is_zero(c.logp) || !is_zero(c.entropy);
  let policy = statistics[token];
  let action = actions[token];
  let begin = first_column(index);
  let end = min(begin + parameters.part_columns, parameters.vocabulary);
  for (var column = begin + own_column(lane); column < end; column += column_step()) {
    let own = load(row, column);
    let logp = own * parameters.inverse_temperature - policy.log_sum_exp;
    let p = exp(logp);
    let is_action = vec4u(column, column + 1u, column + 2u, column + 3u) == vec4u(action);
    let capped = c.logp * (select(vec4f(0.0), vec4f(1.0), is_action) - p) - c.entropy * p * (logp + policy.entropy);
    @if(CAPPED) let gradient = capped * soft_cap_slope(own, f32(CAP));
    @if(!CAPPED) let gradient = capped;
    store(row, column, select(vec4f(0.0), parameters.inverse_temperature * gradient, vec4<bool>(counts) & in_vocabulary(column)));
  }
}

@if(ROW_PER_LANE) fn row_of(index: u32, lane: u32) -> u32 { return index * LANES + lane; }
@if(ROW_PER_LANE) fn first_column(index: u32) -> u32 { return 0u; }
@if(ROW_PER_LANE) fn own_column(lane: u32) -> u32 { return 0u; }
@if(ROW_PER_LANE) fn column_step() -> u32 { return 4u; }

@if(!ROW_PER_LANE) fn row_of(index: u32, lane: u32) -> u32 { return index / parameters.parts; }
@if(!ROW_PER_LANE) fn first_column(index: u32) -> u32 { return index % parameters.parts * parameters.part_columns; }
@if(!ROW_PER_LANE) fn own_column(lane: u32) -> u32 { return lane * 4u; }
@if(!ROW_PER_LANE) fn column_step() -> u32 { return LANES * 4u; }

@if(PADDED)
fn in_vocabulary(column: u32) -> vec4<bool> {
  return vec4u(column, column + 1u, column + 2u, column + 3u) < vec4u(parameters.vocabulary);
}
@if(!PADDED) fn in_vocabulary(column: u32) -> vec4<bool> { return vec4<bool>(true); }

@if(VEC4)
fn load(row: u32, column: u32) -> vec4f {
  return select(vec4f(LOWEST), logits[(row * parameters.stride + column) >> 2u], in_vocabulary(column));
}
@if(VEC4) fn store(row: u32, column: u32, value: vec4f) { logits[(row * parameters.stride + column) >> 2u] = value; }

@if(!VEC4)
fn load(row: u32, column: u32) -> vec4f {
  return vec4f(logit(row, column), logit(row, column + 1u), logit(row, column + 2u), logit(row, column + 3u));
}
@if(!VEC4)
fn logit(row: u32, column: u32) -> f32 {
  let last = parameters.vocabulary - 1u;
  return select(LOWEST, logits[row * parameters.stride + min(column, last)], column <= last);
}
@if(!VEC4)
fn store(row: u32, column: u32, value: vec4f) {
  let i = row * parameters.stride + column;
  let left = parameters.vocabulary - column;
  logits[i] = value.x;
  if left > 1u { logits[i + 1u] = value.y; }
  if left > 2u { logits[i + 2u] = value.z; }
  if left > 3u { logits[i + 3u] = value.w; }
}
