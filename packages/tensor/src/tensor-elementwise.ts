import type { DType } from '@limbeck/core';
import type { Operator } from './operator.js';
import * as binary from './ops/binary.js';
import * as smooth from './ops/gelu.js';
import * as unary from './ops/unary.js';
import { TensorBase } from './tensor-base.js';
import type { Tensor } from './tensor.js';

/** The operators that work element by element; shapes broadcast as in NumPy. */
export abstract class ElementwiseTensor extends TensorBase {
  #one(operator: Operator): Tensor {
    return this.apply(operator, [this.self], {});
  }

  #two(operator: Operator, other: Tensor | number): Tensor {
    return this.apply(operator, [this.self, this.lift(other)], {});
  }

  /** −x. */
  neg(): Tensor {
    return this.#one(unary.neg);
  }
  /** |x|. */
  abs(): Tensor {
    return this.#one(unary.abs);
  }
  /** e to the x. */
  exp(): Tensor {
    return this.#one(unary.exp);
  }
  /** The natural logarithm. */
  log(): Tensor {
    return this.#one(unary.log);
  }
  /** The square root. */
  sqrt(): Tensor {
    return this.#one(unary.sqrt);
  }
  /** x · x. */
  square(): Tensor {
    return this.#two(binary.mul, this.self);
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return this.#one(unary.tanh);
  }
  /** 1 / (1 + e^−x). */
  sigmoid(): Tensor {
    return this.#one(unary.sigmoid);
  }
  /** max(x, 0). */
  relu(): Tensor {
    return this.#one(unary.relu);
  }
  /** The sine. */
  sin(): Tensor {
    return this.#one(unary.sin);
  }
  /** The cosine. */
  cos(): Tensor {
    return this.#one(unary.cos);
  }
  /** The error function. */
  erf(): Tensor {
    return this.#one(unary.erf);
  }
  /** x Φ(x), exactly. Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. */
  gelu(): Tensor {
    return this.#one(smooth.gelu);
  }
  /** The derivative of {@link gelu}: Φ(x) + x φ(x). */
  geluSlope(): Tensor {
    return this.#one(smooth.geluSlope);
  }
  /** log(1 + e^x). */
  softplus(): Tensor {
    return this.#one(unary.softplus);
  }
  /** x / (1 + e^−x). Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear Units", 2017. */
  silu(): Tensor {
    return this.mul(this.sigmoid());
  }
  /** −1, 0 or 1. No gradient flows. */
  sign(): Tensor {
    return this.#one(unary.sign);
  }
  /** The nearest whole number, halves to the even one. No gradient flows. */
  round(): Tensor {
    return this.#one(unary.round);
  }
  /** The largest whole number that is not above. No gradient flows. */
  floor(): Tensor {
    return this.#one(unary.floor);
  }
  /** The smallest whole number that is not below. No gradient flows. */
  ceil(): Tensor {
    return this.#one(unary.ceil);
  }
  /**
   * Brought into a range; no gradient flows where that changes it.
   * @throws LimbeckError `invalid-option` if `min` is above `max`
   */
  clamp(min: number, max: number): Tensor {
    if (min === -Infinity) return this.minimum(max);
    return max === Infinity
      ? this.maximum(min)
      : this.apply(unary.clamp, [this.self], { min, max });
  }
  /** The opposite truth value. */
  not(): Tensor {
    return this.#one(unary.not);
  }
  /** The same numbers in another dtype; fractions are cut off towards 0. */
  cast(to: DType): Tensor {
    return to === this.dtype ? this.self : this.apply(unary.cast, [this.self], { to });
  }
  /** The same values, through which no gradient flows. */
  stopGradient(): Tensor {
    return this.#one(unary.stopGradient);
  }

  /** this + other. */
  add(other: Tensor | number): Tensor {
    return this.#two(binary.add, other);
  }
  /** this − other. */
  sub(other: Tensor | number): Tensor {
    return this.#two(binary.sub, other);
  }
  /** this · other. */
  mul(other: Tensor | number): Tensor {
    return this.#two(binary.mul, other);
  }
  /** this / other; whole numbers are cut off towards 0. */
  div(other: Tensor | number): Tensor {
    return this.#two(binary.div, other);
  }
  /**
   * this to the power of the other, as IEEE 754 has it: of a negative number to a fraction it is NaN. Powers of 1, 2, 3, ½
   * and −1 are products, a root and a quotient, which take a tenth of the time.
   */
  pow(exponent: Tensor | number): Tensor {
    switch (exponent) {
      case 1:
        return this.self;
      case 2:
        return this.square();
      case 3:
        return this.square().mul(this.self);
      case 0.5:
        return this.sqrt();
      case -1:
        return this.scalar(1).div(this.self);
      default:
        return this.#two(binary.pow, exponent);
    }
  }
  /** The larger of both. */
  maximum(other: Tensor | number): Tensor {
    return this.#two(binary.maximum, other);
  }
  /** The smaller of both. */
  minimum(other: Tensor | number): Tensor {
    return this.#two(binary.minimum, other);
  }
  /** The remainder of whole numbers, with the sign of the divisor. */
  mod(other: Tensor | number): Tensor {
    return this.#two(binary.mod, other);
  }
  /** Exclusive or of bits (uint32, int32). */
  bitXor(other: Tensor | number): Tensor {
    return this.#two(binary.bitXor, other);
  }
  /** And of bits (uint32, int32). */
  bitAnd(other: Tensor | number): Tensor {
    return this.#two(binary.bitAnd, other);
  }
  /** Bits moved towards the high end (uint32). */
  shiftLeft(other: Tensor | number): Tensor {
    return this.#two(binary.shiftLeft, other);
  }
  /** Bits moved towards the low end (uint32). */
  shiftRight(other: Tensor | number): Tensor {
    return this.#two(binary.shiftRight, other);
  }
  /** Whether equal. */
  equal(other: Tensor | number): Tensor {
    return this.#two(binary.equal, other);
  }
  /** Whether larger. */
  greater(other: Tensor | number): Tensor {
    return this.#two(binary.greater, other);
  }
  /** Whether larger or equal. */
  greaterOrEqual(other: Tensor | number): Tensor {
    return this.#two(binary.greaterOrEqual, other);
  }
  /** Whether smaller. */
  less(other: Tensor | number): Tensor {
    return this.#two(binary.less, other);
  }
  /** Whether smaller or equal. */
  lessOrEqual(other: Tensor | number): Tensor {
    return this.#two(binary.lessOrEqual, other);
  }
  /** Whether both are true. */
  and(other: Tensor): Tensor {
    return this.#two(binary.and, other);
  }
  /** Whether one or both are true. */
  or(other: Tensor): Tensor {
    return this.#two(binary.or, other);
  }
  /** `a` where this truth value holds, `b` elsewhere. */
  where(a: Tensor, b: Tensor): Tensor {
    return this.apply(binary.where, [this.self, a, b], {});
  }
}
