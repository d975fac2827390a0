// A head vector that TEAM neighbouring invocations share: one of them on a CPU, several on a GPU (TEAMS), where neighbours should read
// neighbouring memory, and one invocation has no registers for a whole vector. Each holds every TEAM-th Element.
import package::lib::element::Element;
import constants::{HEAD_ELEMENTS, TEAM};

const INVOCATIONS = 64u;
const PER_MEMBER = (u32(HEAD_ELEMENTS) + TEAM - 1u) / TEAM;

// Those behind the end of the head are zero.
alias HeadPart = array<Element, PER_MEMBER>;

// The k-th Element of an invocation, or one behind the end of the head.
fn element_of(k: u32, lane: u32) -> u32 {
  return k * TEAM + lane % TEAM;
}

fn is_inside(k: u32, lane: u32) -> bool {
  return u32(HEAD_ELEMENTS) % TEAM == 0u || element_of(k, lane) < HEAD_ELEMENTS;
}

// The k-th Element of an invocation, or the last one of the head: loads without branches are on their way together.
fn nearest_of(k: u32, lane: u32) -> u32 {
  return min(element_of(k, lane), HEAD_ELEMENTS - 1u);
}

@if(TEAMS) var<workgroup> members: array<f32, INVOCATIONS>;

// The sum over a team, in the order of its members. All invocations call it.
fn sum_of_team(value: f32, lane: u32) -> f32 {
  @if(!TEAMS) { return value; }
  @if(TEAMS) {
    members[lane] = value;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < TEAM; i += 1u) {
      sum += members[lane - lane % TEAM + i];
    }
    return sum;
  }
}
