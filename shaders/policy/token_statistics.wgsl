// With z = logits * inverse_temperature and p = softmax(z), for each row and its action a, in nats:
//   logp = log p_a,  entropy H = -sum_b p_b log p_b,  log_sum_exp = log sum_b e^z_b,
//   effect c_a = p_a (log p_a + H) - sum_b p_b^2 (log p_b + H)          (raising log p_a by eta changes H by -eta * c_a)
// One pass over the logits suffices. A lane keeps the maximum m and, over all b but the action, the sums of e, e d, e^2 and e^2 d with
// d = z_b - m and e = exp(d); it rescales the sums when m grows. Leaving out the action keeps 1 - p_a, and so the sign of the effect, exact
// for nearly certain tokens.
// Row r of the logits is token first + r of all other arrays, so that a chunk of logits may begin anywhere in a batch.
// With VEC4 rows are whole quads; with PADDED lanes also meet quads that end behind the vocabulary, and what lies there never counts.
// With ROW_PER_LANE (small vocabularies) each lane handles one row; else each workgroup does, and its lanes take QUADS times four columns
// at a time, whose loads are on their way together.
import package::lib::grid::linear_workgroup;
import package::lib::numeric::{LOWEST, as_rounded, log_1_plus};
import package::lib::reduce::{reduce_max, reduce_sum};
import package::lib::token::TokenStatistics;
import constants::{LANES, QUADS};

struct Parameters {
  rows: u32,
  vocabulary: u32,
  stride: u32,
  inverse_temperature: f32,
  first: u32,
}
var<immediate> parameters: Parameters;

@if(VEC4) @group(0) @binding(0) var<storage, read> logits: array<vec4f>; // [N, V]
@if(!VEC4) @group(0) @binding(0) var<storage, read> logits: array<f32>; // [N, V]
@group(0) @binding(1) var<storage, read> actions: array<u32>; // [N]
@group(0) @binding(2) var<storage, read_write> statistics: array<TokenStatistics>; // [N, 4]

struct Sums {
  m: f32,
  e: f32,
  ed: f32,
  ee: f32,
  eed: f32,
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = row_of(linear_workgroup(workgroup, workgroups), lane);
  if row >= parameters.rows {
    return;
  }
  let token = parameters.first + row;
  let action = actions[token];
  var sums = Sums(LOWEST, 0.0, 0.0, 0.0, 0.0);
  for (var column = first_column(lane); column < parameters.vocabulary; column += QUADS * column_step()) {
    sums = add_quads(sums, row, column, action);
  }
  sums = merge(sums, lane);

  // 0, and nothing near it, where the action is the most probable token.
  let d_action = as_rounded(vec4f(logit(row, action) * parameters.inverse_temperature)).x - sums.m;
  let e_action = exp(d_action);
  let total = sums.e + e_action;
  let mean = (sums.ed + e_action * d_action) / total;
  let log_total = log_1_plus(select(max(total - 1.0, 0.0), sums.e, d_action == 0.0));
  let effect = e_action * sums.e / (total * total) * (d_action - mean) - (sums.eed - mean * sums.ee) / (total * total);
  if writes(lane) {
    statistics[token] = TokenStatistics(d_action - log_total, log_total - mean, sums.m + log_total, effect);
  }
}

fn add_quads(before: Sums, row: u32, column: u32, action: u32) -> Sums {
  var z: array<vec4f, QUADS>;
  var m = before.m;
  for (var q = 0u; q < QUADS; q += 1u) {
    z[q] = load(row, column + q * column_step()) * parameters.inverse_temperature;
    m = max(m, max(max(z[q].x, z[q].y), max(z[q].z, z[q].w)));
  }
  var sums = rescale(before, m);
  for (var q = 0u; q < QUADS; q += 1u) {
    let d = z[q] - m;
    let columns = vec4u(0u, 1u, 2u, 3u) + (column + q * column_step());
    let e = select(exp(d), vec4f(0.0), columns == vec4u(action));
    sums.e += dot(e, vec4f(1.0));
    sums.ed += dot(e, d);
    sums.ee += dot(e, e);
    sums.eed += dot(e * e, d);
  }
  return sums;
}

fn rescale(sums: Sums, m: f32) -> Sums {
  let shift = sums.m - m;
  let scale = exp(shift);
  let square = scale * scale;
  return Sums(m, scale * sums.e, scale * (sums.ed + shift * sums.e), square * sums.ee, square * (sums.eed + shift * sums.ee));
}

@if(ROW_PER_LANE) fn row_of(workgroup: u32, lane: u32) -> u32 { return workgroup * LANES + lane; }
@if(ROW_PER_LANE) fn first_column(lane: u32) -> u32 { return 0u; }
@if(ROW_PER_LANE) fn column_step() -> u32 { return 4u; }
@if(ROW_PER_LANE) fn writes(lane: u32) -> bool { return true; }
@if(ROW_PER_LANE) fn merge(sums: Sums, lane: u32) -> Sums { return sums; }

@if(!ROW_PER_LANE) fn row_of(workgroup: u32, lane: u32) -> u32 { return workgroup; }
@if(!ROW_PER_LANE) fn first_column(lane: u32) -> u32 { return lane * 4u; }
@if(!ROW_PER_LANE) fn column_step() -> u32 { return LANES * 4u; }
@if(!ROW_PER_LANE) fn writes(lane: u32) -> bool { return lane == 0u; }
@if(!ROW_PER_LANE)
fn merge(sums: Sums, lane: u32) -> Sums {
  let m = reduce_max(sums.m, lane);
  let own = rescale(sums, m);
  let e = reduce_sum(own.e, lane);
  let ed = reduce_sum(own.ed, lane);
  let ee = reduce_sum(own.ee, lane);
  return Sums(m, e, ed, ee, reduce_sum(own.eed, lane));
}

@if(VEC4)
fn load(row: u32, column: u32) -> vec4f {
  @if(PADDED) {
    let quad = logits[(row * parameters.stride + min(column, parameters.stride - 4u)) >> 2u];
    return select(vec4f(LOWEST), quad, vec4u(0u, 1u, 2u, 3u) + column < vec4u(parameters.vocabulary));
  }
  @if(!PADDED) { return logits[(row * parameters.stride + column) >> 2u]; }
}
@if(VEC4) fn logit(row: u32, column: u32) -> f32 { return logits[(row * parameters.stride + column) >> 2u][column & 3u]; }

@if(!VEC4)
fn load(row: u32, column: u32) -> vec4f {
  return vec4f(logit(row, column), logit(row, column + 1u), logit(row, column + 2u), logit(row, column + 3u));
}
@if(!VEC4)
fn logit(row: u32, column: u32) -> f32 {
  let last = parameters.vocabulary - 1u;
  return select(LOWEST, logits[row * parameters.stride + min(column, last)], column <= last);
}
