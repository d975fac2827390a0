// Sums and maxima over the LANES invocations of a workgroup, in a fixed order; every lane gets the result.
// With SUBGROUPS the workgroup is exactly one subgroup, and registers suffice. With SEVERAL_SUBGROUPS as well, it is some subgroups of
// SUBGROUP_LANES neighbouring invocations each; every subgroup leaves one value in workgroup memory, and every lane combines these in order.
// Without SUBGROUPS the lanes reduce by a tree in workgroup memory, which is right at any subgroup size and needs no feature.
// Call from uniform control flow only.
import constants::{LANES, SUBGROUP_LANES};

@if(!SUBGROUPS) var<workgroup> scratch: array<f32, LANES>;
@if(SUBGROUPS && SEVERAL_SUBGROUPS) const COUNT = LANES / SUBGROUP_LANES;
@if(SUBGROUPS && SEVERAL_SUBGROUPS) var<workgroup> of_subgroups: array<f32, COUNT>;

// The values of all subgroups, in their order. It waits for all lanes before and after it loads.
@if(SUBGROUPS && SEVERAL_SUBGROUPS)
fn gather(value: f32, lane: u32) -> array<f32, COUNT> {
  if (lane & (u32(SUBGROUP_LANES) - 1u)) == 0u {
    of_subgroups[lane >> countTrailingZeros(u32(SUBGROUP_LANES))] = value;
  }
  return workgroupUniformLoad(&of_subgroups);
}

@if(SUBGROUPS && SEVERAL_SUBGROUPS)
fn reduce_sum(value: f32, lane: u32) -> f32 {
  var values = gather(subgroupAdd(value), lane);
  var sum = values[0];
  for (var i = 1u; i < COUNT; i += 1u) {
    sum += values[i];
  }
  return sum;
}

@if(SUBGROUPS && SEVERAL_SUBGROUPS)
fn reduce_max(value: f32, lane: u32) -> f32 {
  var values = gather(subgroupMax(value), lane);
  var largest = values[0];
  for (var i = 1u; i < COUNT; i += 1u) {
    largest = max(largest, values[i]);
  }
  return largest;
}

@if(SUBGROUPS && !SEVERAL_SUBGROUPS)
fn reduce_sum(value: f32, lane: u32) -> f32 {
  return subgroupAdd(value);
}

@if(SUBGROUPS && !SEVERAL_SUBGROUPS)
fn reduce_max(value: f32, lane: u32) -> f32 {
  return subgroupMax(value);
}

@if(!SUBGROUPS)
fn reduce_sum(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var stride = u32(LANES) / 2u; stride > 0u; stride >>= 1u) {
    if lane < stride {
      scratch[lane] += scratch[lane + stride];
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&scratch[0]);
}

@if(!SUBGROUPS)
fn reduce_max(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var stride = u32(LANES) / 2u; stride > 0u; stride >>= 1u) {
    if lane < stride {
      scratch[lane] = max(scratch[lane], scratch[lane + stride]);
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&scratch[0]);
}
