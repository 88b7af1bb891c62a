// A training: P what is typed and computed of it, R every number of every row, one after the other.
const rowsOf = (columns, iterations) => new Float64Array(columns * (iterations + 1));
function trainInto(R, P, typed, columns, iterations) {
  P.set(typed);
  computeTable(P);
  for (let t = 0; t <= iterations; t++) computeRow(R, t * columns, (t - 1) * columns, P);
  return R;
}
