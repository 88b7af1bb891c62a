// exp, log, pow, tanh, sin and cos, so that all browsers agree to the last bit, and with the C library to one ulp.
/*! exp, log, pow: after musl, Copyright (c) 2018 Arm Limited; expm1, sin, cos: after FreeBSD's msun, Copyright (C) 1993
by Sun Microsystems, Inc. Developed at SunPro. Permission to use, copy, modify, and distribute this software is freely
granted, provided that this notice is preserved. musl: Copyright (c) 2005-2020 Rich Felker, et al. MIT License:
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED
"AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE. */
const { exp, log, pow, tanh, sin, cos } = (() => {
const BITS = 140n, ONE = 1n << BITS;
const doubles = new Float64Array(1), words = new Uint32Array(doubles.buffer); // little-endian, as all browsers are

// A fraction of 2^-140 as the nearest double: the first 60 bits and the rest, added once.
function nearest(fraction) {
  const negative = fraction < 0n, size = negative ? -fraction : fraction;
  if (size === 0n) return 0;
  const cut = BigInt(Math.max(0, size.toString(2).length - 64));
  let head = size >> cut;
  if ((head << cut) !== size) head |= 1n; // what is cut off decides at a tie
  const value = Number(head) * 2 ** (Number(cut) - Number(BITS));
  return negative ? -value : value;
}
// ln(n/d) = 2 artanh((n-d)/(n+d)), as a fraction of 2^-140.
function logOfRatio(n, d) {
  const x = (n - d) * ONE / (n + d), square = x * x >> BITS;
  let sum = 0n, power = x;
  for (let k = 1n; power > 1n || power < -1n; k += 2n) { sum += power / k; power = power * square >> BITS; }
  return 2n * sum;
}
const LN2 = logOfRatio(2n, 1n);
// e^x of a fraction below 1.
function expOf(x) {
  let sum = ONE, term = ONE;
  for (let k = 1n; term > 0n; k++) { term = (term * x >> BITS) / k; sum += term; }
  return sum;
}
// 2^(i/128) = POWER[i] (1 + TAIL[i]);  TWO[k + 1100] = 2^k, 0 below the subnormal ones.
const POWER = new Float64Array(128), TAIL = new Float64Array(128);
for (let i = 0; i < 128; i++) {
  const exact = expOf(LN2 * BigInt(i) >> 7n);
  POWER[i] = nearest(exact);
  TAIL[i] = nearest((exact - BigInt(POWER[i] * 2 ** 52) * (1n << (BITS - 52n))) * ONE / exact);
}
const TWO = new Float64Array(2200).map((_, i) => 2 ** (i - 1100));

// e^(x + tail), where the tail is small.
function expWithTail(x, tail) {
  if (!(x < 709.8)) return NaN; // too large for a double, which is an error in a cell, or NaN
  if (x < -745.2) return 0;
  if (Math.abs(x) < 2 ** -54) return 1 + x;
  const shift = 6755399441055744, k = x * 184.6649652337873 + shift - shift; // whole: 128 x / ln 2
  const r = x + k * -0.005415212348111709 + k * -1.2864023111638346e-14 + tail, r2 = r * r;
  const i = k & 127, n = k >> 7;
  const tmp = TAIL[i] + r + r2 * (0.49999999999996786 + r * 0.16666666666665886)
    + r2 * r2 * (0.0416666808410674 + r * 0.008333335853059549);
  const y = POWER[i] + POWER[i] * tmp;
  const found = n > 1000 ? y * TWO[2100] * TWO[n + 100] : n < -1000 ? subnormal(y, i, tmp, n) : y * TWO[n + 1100];
  return found < Infinity ? found : NaN;
}
// Rounded once, also where the result has fewer bits than a double.
function subnormal(y, i, tmp, n) {
  const scale = POWER[i] * TWO[n + 1022 + 1100];
  let z = scale + scale * tmp;
  if (z < 1) {
    let low = scale - z + scale * tmp;
    const high = 1 + z;
    low = 1 - high + z + low;
    z = high + low - 1;
  }
  return z * TWO[78];
}
const exp = x => expWithTail(x, 0);

// ln(c) for 128 intervals, in two parts: c is near the middle of one, and 1/c has few bits.
const INVERSE = new Float64Array(128), LOG = new Float64Array(128), LOG_TAIL = new Float64Array(128);
const FROM = 0.705730200958252; // 0x1.69555p-1
for (let i = 0; i < 128; i++) {
  words[1] = 0x3fe69555 + (i << 13) + (1 << 12); words[0] = 0;
  const middle = doubles[0], steps = middle > 1 ? 256 : 128, whole = Math.round(steps / middle);
  INVERSE[i] = whole / steps;
  const exact = logOfRatio(BigInt(steps), BigInt(whole));
  LOG[i] = Math.round(Number(exact >> (BITS - 63n)) / 2 ** 20) / 2 ** 43;
  LOG_TAIL[i] = nearest(exact - (BigInt(LOG[i] * 2 ** 43) << (BITS - 43n)));
}
let logTail = 0; // of the last logarithm: some 15 bits more
function log(x) {
  if (!(x > 0 && x < Infinity)) return NaN;
  let k = 0;
  if (x < 2 ** -1022) { x *= 2 ** 52; k = -52; }
  doubles[0] = x;
  const offset = words[1] - 0x3fe69555 + (words[1] < 0x3fe69555 ? 0x100000000 : 0), i = offset >>> 13 & 127;
  const high = offset & 0xfff00000;
  k += high >> 20;
  words[1] -= high;
  const z = doubles[0];
  doubles[0] = z;
  if (words[0] >= 0x80000000) words[1] += 1;
  words[0] = 0;
  const zHigh = doubles[0], zLow = z - zHigh, inverse = INVERSE[i];
  const rHigh = zHigh * inverse - 1, rLow = zLow * inverse, r = rHigh + rLow;
  const t1 = k * 0.6931471805598903 + LOG[i], t2 = t1 + r;
  const low1 = k * 5.497923018708371e-14 + LOG_TAIL[i], low2 = t1 - t2 + r;
  const ar = -0.5 * r, ar2 = r * ar, ar3 = r * ar2;
  const arHigh = -0.5 * rHigh, arHigh2 = rHigh * arHigh, hi = t2 + arHigh2;
  const low3 = rLow * (ar + arHigh), low4 = t2 - hi + arHigh2;
  const p = ar3 * (-0.6666666666666679 + r * 0.5000000000000007
    + ar2 * (0.7999999995323976 + r * -0.6666666663487739 + ar2 * (-1.142909628459501 + r * 1.0000415263675542)));
  const low = low1 + low2 + low3 + low4 + p, y = hi + low;
  logTail = hi - y + low;
  return y;
}
// x^y; NaN where there is none; x^0 is 1.
function pow(x, y) {
  if (x !== x || y !== y) return NaN;
  if (y === 0 || x === 1) return 1;
  if (x === 0) return y > 0 ? 0 : NaN;
  const negative = x < 0;
  if (negative && y !== Math.floor(y)) return NaN;
  const hi = log(Math.abs(x)), low = logTail, yHigh = head(y), yLow = y - yHigh, high = head(hi), rest = hi - high + low;
  const e = yHigh * high, value = expWithTail(e, yLow * high + y * rest);
  return negative && Math.abs(y % 2) === 1 ? -value : value;
}
// A double's first 26 bits.
function head(x) {
  doubles[0] = x;
  words[0] &= 0xf8000000;
  return doubles[0];
}

function expm1(x) {
  const negative = x < 0;
  if (x < -38.8) return -1;
  if (x > 709.78) return NaN;
  let k = 0, c = 0;
  const size = Math.abs(x);
  if (size > 0.34657359027997264) {
    let high, low;
    if (size < 1.0397207708399179) {
      k = negative ? -1 : 1;
      high = x - k * 0.6931471803691238; low = k * 1.9082149292705877e-10;
    } else {
      k = Math.trunc(1.4426950408889634 * x + (negative ? -0.5 : 0.5));
      high = x - k * 0.6931471803691238; low = k * 1.9082149292705877e-10;
    }
    x = high - low;
    c = high - x - low;
  } else if (size < 2 ** -54) return x;
  const half = 0.5 * x, square = x * half;
  const square2 = square * square; // in the C library's order
  const r1 = 1 + square * -0.03333333333333131 + square2 * (0.0015873015872548146 + square * -0.0000793650757867488)
    + square2 * square2 * (0.000004008217827329362 + square * -2.0109921818362437e-7);
  let t = 3 - r1 * half, e = square * ((r1 - t) / (6 - x * t));
  if (k === 0) return x - (x * e - square);
  e = x * (e - c) - c - square;
  if (k === -1) return 0.5 * (x - e) - 0.5;
  if (k === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
  if (k < 0 || k > 56) return (k === 1024 ? (x - e + 1) * 2 * 2 ** 1023 : (x - e + 1) * TWO[k + 1100]) - 1;
  const inverse = TWO[1100 - k];
  return (k < 20 ? x - e + (1 - inverse) : x - (e + inverse) + 1) * TWO[k + 1100];
}
function tanh(x) {
  const size = Math.abs(x);
  if (!(size < 22)) return x > 0 ? 1 : x < 0 ? -1 : NaN;
  if (size < 2 ** -55) return x;
  const t = expm1(size >= 1 ? 2 * size : -2 * size), found = size >= 1 ? 1 - 2 / (t + 2) : -t / (t + 2);
  return x < 0 ? -found : found;
}

let PI = 0n; // as a fraction of 2^-1280, once it is needed
function piOf(bits) {
  const one = 1n << bits;
  const arctan = n => { // of 1/n
    let term = one / n, sum = term;
    for (let k = 3n, sign = -1n; term > 0n; k += 2n, sign = -sign) { term /= n * n; sum += sign * term / k; }
    return sum;
  };
  return 4n * (4n * arctan(5n) - arctan(239n));
}
// x less so many quarter turns that it lies within an eighth of one: the quarter, and the rest in two parts.
function reduced(x) {
  if (Math.abs(x) <= 0.7853981633974483) return [0, x, 0];
  if (Math.abs(x) < 1e5) {
    const quarters = Math.round(x * 0.6366197723675814), near = x - quarters * 1.5707963267341256;
    let w = quarters * 6.077100506303966e-11;
    const r = near - w;
    w = quarters * 2.0222662487959506e-21 - (near - r - w);
    if (Math.abs(r - w) > 1e-9) return [quarters & 3, r - w, r - (r - w) - w];
  }
  const bits = 1280n, exponent = Math.max(0, Math.floor(Math.log2(Math.abs(x))) - 52 + 60);
  PI = PI || piOf(bits);
  const scale = 2 ** Math.min(60, 1023 - exponent), whole = exponent > 60;
  let fixed = whole ? BigInt(x) << bits : BigInt(Math.trunc(x * 2 ** 60)) << (bits - 60n);
  if (!whole) fixed += BigInt(Math.trunc((x * 2 ** 60 - Math.trunc(x * 2 ** 60)) * scale)) << (bits - 120n);
  const half = PI >> 1n, turned = fixed >= 0n ? (fixed + (half >> 1n)) / half : (fixed - (half >> 1n)) / half;
  const rest = (fixed - turned * half) >> (bits - BITS), high = nearest(rest);
  const low = nearest(rest - BigInt(Math.trunc(high * 2 ** 53)) * (1n << (BITS - 53n))) - (high * 2 ** 53 % 1) / 2 ** 53;
  return [Number(((turned % 4n) + 4n) % 4n), high, low];
}
function sinOf(x, y) {
  const z = x * x, w = z * z, v = z * x;
  const r = 0.00833333333332249 + z * (-0.0001984126982985795 + z * 0.0000027557313707070068)
    + z * w * (-2.5050760253406863e-8 + z * 1.58969099521155e-10);
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}
function cosOf(x, y) {
  const z = x * x, w = z * z;
  const r = z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 0.00002480158728947673))
    + w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11));
  const half = 0.5 * z, left = 1 - half;
  return left + (1 - left - half + (z * r - x * y));
}
function turned(x, quarters) {
  if (!(Math.abs(x) < Infinity)) return NaN;
  const [own, high, low] = reduced(x), all = own + quarters & 3;
  const value = all & 1 ? cosOf(high, low) : sinOf(high, low);
  return all & 2 ? -value : value;
}
const sin = x => x === 0 ? x : turned(x, 0), cos = x => turned(x, 1);
return { exp, log, pow, tanh, sin, cos };
})();
