// The operations of a row as a sheet has them: NaN stands for an error, and follows from one.
const F = x => x - x === 0 ? x : NaN; // what a cell holds
const div = (a, b) => b === 0 ? NaN : a / b;
const square = x => x * x;
const sqrt = x => Math.sqrt(x);
const relu = x => Math.max(x, 0);
const leaky_relu = (x, slope) => x > 0 ? x : slope * x;
const sigmoid = x => { if (x >= 0) return 1 / (1 + exp(-x)); const power = exp(x); return power / (1 + power); };
const softplus = x => Math.max(x, 0) + log(1 + exp(-Math.abs(x)));
const log_loss = (z, t) => Math.max(z, 0) - z * t + log(1 + exp(-Math.abs(z)));
const elu = (x, alpha) => x > 0 ? x : alpha * (exp(x) - 1);
const hard_sigmoid = x => Math.max(0, Math.min(1, (x + 3) / 6));
const huber = (e, delta) => Math.abs(e) <= delta ? e * e / 2 : delta * (Math.abs(e) - delta / 2);
const if_positive = (x, a, b) => x > 0 ? a : x <= 0 ? b : NaN; // three ways: NaN is neither
const mod = (a, b) => { const rest = a % b; return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest; };
const pick = (table, first, rows, at) => at >= 1 && at < rows + 1 ? table[first + Math.floor(at) - 1] : NaN;
