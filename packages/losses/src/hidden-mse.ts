import {
  allocate,
  type HostTree,
  hostTensor,
  LimbeckError,
  type Rng,
  type Spec,
} from '@limbeck/core';
import { type Loss, sameShape, showShape, stopGradient, type Tensor } from '@limbeck/tensor';
import { present } from './checks.js';

/** Hidden states of a model. */
export interface Hidden {
  /** `[batch, width]`, or `[batch, tokens, width]`. */
  readonly hidden: Tensor;
}

/** What {@link hiddenMse} needs of a batch. */
export interface HiddenMseNeeds {
  /** The student's hidden states. */
  readonly student: Hidden;
  /** The teacher's, of any width; a constant. */
  readonly teacher: Hidden;
  /** For `[batch, tokens, width]`: 1 where there is a token, 0 elsewhere, `[batch, tokens]`. All count without it. */
  readonly mask?: Tensor;
}

/** The projector's weight `[student width, teacher width]` and bias `[teacher width]`; empty without one. */
export type ProjectorParameters = { readonly [name: string]: Tensor };

/** Options of {@link hiddenMse}. */
export interface HiddenMseOptions {
  /** Whether a linear map, trained with the student and left behind, takes its width to the teacher's. @defaultValue true */
  readonly projector?: boolean;
  /** Whether both sides are divided by their length first (PKD). @defaultValue false */
  readonly normalise?: boolean;
}

/**
 * The mean squared difference of hidden states, one an example, through a learned projector.
 *
 * ```text
 * L = 1/D Σ_d (g(h_S)_d − h_T,d)²          g(h) = h W + b, D the teacher's width
 * ```
 *
 * With tokens it is the mean over those that the mask keeps.
 *
 * @throws LimbeckError `missing-signal` or `shape-mismatch`, when made or applied: without a projector the widths must
 * be equal
 * @see Romero et al., "FitNets: Hints for Thin Deep Nets", 2015, equation 3 {@link https://arxiv.org/abs/1412.6550};
 * Sun et al., "Patient Knowledge Distillation for BERT Model Compression", 2019, equation 5.
 */
export function hiddenMse(
  options: HiddenMseOptions = {},
): Loss<HiddenMseNeeds, ProjectorParameters> {
  const { projector = true, normalise = false } = options;
  const unit = (h: Tensor): Tensor =>
    normalise ? h.div(h.square().sum(-1, { keep: true }).add(1e-12).sqrt()) : h;

  return {
    name: 'hiddenMse',
    config: { projector, normalise },
    per: 'example',
    init: (rng, needs) => ({
      parameters: projector ? freshProjector(rng, needs.student.hidden, needs.teacher.hidden) : {},
      state: {},
    }),
    apply: ({ student, teacher, mask }, { parameters, state }) => {
      const ours = present('hiddenMse', 'student.hidden', student?.hidden);
      const theirs = present('hiddenMse', 'teacher.hidden', teacher?.hidden);
      const { weight, bias } = parameters;
      const projected = weight && bias ? ours.affine(weight, bias) : ours;
      checkFit(projected, theirs, mask);
      const gap = unit(projected).sub(unit(stopGradient(theirs)));
      const each = gap.square().mean(-1);
      return { terms: [{ name: 'hiddenMse', items: overTokens(each, mask) }], state };
    },
  };
}

/** One value an example: the mean over its tokens. */
function overTokens(each: Tensor, mask: Tensor | undefined): Tensor {
  if (each.shape.length === 1) return each;
  if (mask === undefined) return each.mean(-1);
  const kept = mask.cast(each.dtype).stopGradient();
  return each.mul(kept).sum(-1).div(kept.sum(-1).maximum(1));
}

function freshProjector(rng: Rng, student: Spec, teacher: Spec): HostTree<ProjectorParameters> {
  const [from, to] = [student?.shape.at(-1), teacher?.shape.at(-1)];
  if (typeof from !== 'number' || typeof to !== 'number') {
    throw new LimbeckError('shape-mismatch', {
      where: 'hiddenMse',
      given: `student.hidden ${showShape(student?.shape ?? [])} and teacher.hidden ${showShape(teacher?.shape ?? [])}`,
      expected: 'widths that are numbers, to make the projector',
      next: 'Use models whose hidden states have a fixed last size.',
    });
  }
  // Glorot and Bengio 2010, equation 16.
  const bound = Math.sqrt(6 / (from + to));
  const stream = rng.stream('projector');
  const weight = allocate('float32', from * to).map(() => stream.uniform(-bound, bound));
  return {
    weight: hostTensor('float32', [from, to], weight),
    bias: hostTensor('float32', [to], allocate('float32', to)),
  };
}

function checkFit(ours: Tensor, theirs: Tensor, mask: Tensor | undefined): void {
  const axes = ours.shape.length;
  const fits = sameShape(ours.shape, theirs.shape) && (axes === 2 || axes === 3);
  if (fits && (mask === undefined || sameShape(mask.shape, ours.shape.slice(0, 2)))) return;
  const masked = mask === undefined ? '' : ` and mask ${showShape(mask.shape)}`;
  throw new LimbeckError('shape-mismatch', {
    where: 'hiddenMse',
    given: `student.hidden ${showShape(ours.shape)}, teacher.hidden ${showShape(theirs.shape)}${masked}`,
    expected: 'equal shapes [batch, width] or [batch, tokens, width], and a mask [batch, tokens]',
    next: 'Keep the projector where widths differ, and align the tokens.',
  });
}
