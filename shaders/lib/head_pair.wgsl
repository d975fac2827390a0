// Two head vectors of one row, such as a key and its value, that all lanes of a workgroup read. The lanes fetch an element each and
// hand them to each other. With SUBGROUPS, where the workgroup is one subgroup, a pair lies in registers across the lanes and is read
// by shuffles; otherwise a block of PAIRS pairs lies in workgroup memory. The fetching is the kernel's:
//   barrier(); for piece < PIECES { element i = piece * LANES + lane is element i % PAIR_ELEMENTS of pair i / PAIR_ELEMENTS: keep it }; barrier();
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::LANES;

const PAIR_ELEMENTS = u32(2 * HEAD_ELEMENTS);
@if(SUBGROUPS) const PAIRS = 1u;
@if(!SUBGROUPS) const PAIRS = 8u;
// What a lane fetches of a block.
const PIECES = (PAIRS * PAIR_ELEMENTS + u32(LANES) - 1u) / u32(LANES);

@if(SUBGROUPS) var<private> pieces: array<Element, PIECES>;
@if(!SUBGROUPS) var<workgroup> block_of_pairs: array<Element, PIECES * u32(LANES)>;

fn pair_barrier() {
  @if(!SUBGROUPS) {
    workgroupBarrier();
  }
}

fn keep_piece(piece: u32, lane: u32, element: Element) {
  @if(SUBGROUPS) {
    pieces[piece] = element;
  }
  @if(!SUBGROUPS) {
    block_of_pairs[piece * LANES + lane] = element;
  }
}

// Pairs of a block where `left` are left.
fn pairs_in_block(left: u32) -> u32 {
  @if(SUBGROUPS) {
    return PAIRS;
  }
  @if(!SUBGROUPS) {
    return min(PAIRS, left);
  }
}

// Element i of a pair of the block: the first vector, then the second. Call from uniform control flow only.
fn pair_element(pair: u32, i: u32) -> Element {
  @if(SUBGROUPS) {
    return subgroupShuffle(pieces[i / LANES], i % LANES);
  }
  @if(!SUBGROUPS) {
    return block_of_pairs[pair * PAIR_ELEMENTS + i];
  }
}
