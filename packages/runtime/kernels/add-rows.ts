// The operator `scatterAddRows`: rows added up, one after another, at their places in a table of zeros.

/**
 * @param indices - int64, or int32 if `narrow`; counted from the end where below 0
 * @returns false, with nothing written, if an index lies outside the table
 */
export function addRows(
  count: i32,
  rows: i32,
  width: i32,
  updates: usize,
  indices: usize,
  narrow: bool,
  table: usize,
): bool {
  const shift: usize = narrow ? 2 : 3;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = at(indices + (i << shift), narrow);
    if (row < -(<i64>rows) || row >= <i64>rows) return false;
  }
  const bytes = <usize>width << 2;
  const whole = bytes & ~15;
  memory.fill(table, 0, <usize>rows * bytes);
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = at(indices + (i << shift), narrow);
    const into = table + <usize>(row < 0 ? row + <i64>rows : row) * bytes;
    const from = updates + i * bytes;
    let j: usize = 0;
    for (; j < whole; j += 16) {
      v128.store(into + j, f32x4.add(v128.load(into + j), v128.load(from + j)));
    }
    for (; j < bytes; j += 4) {
      store<f32>(into + j, load<f32>(into + j) + load<f32>(from + j));
    }
  }
  return true;
}

// @ts-ignore: decorator
@inline
function at(index: usize, narrow: bool): i64 {
  return narrow ? <i64>load<i32>(index) : load<i64>(index);
}
