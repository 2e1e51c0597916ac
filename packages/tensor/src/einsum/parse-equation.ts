import { LimbeckError } from '@limbeck/core';
import { refuseShapes } from '../ops/support.js';
import type { Tensor } from '../tensor.js';

/** A label of an axis: a letter, or `…1`, `…2` for the axes that an ellipsis stands for, counted from its end. */
export type Label = string;

/** An equation taken apart for these tensors. */
export interface Equation {
  /** One label an axis, for each tensor. */
  readonly operands: readonly (readonly Label[])[];
  /** The labels of what comes out. */
  readonly result: readonly Label[];
}

function refuse(equation: string, expected: string): never {
  throw new LimbeckError('invalid-option', {
    where: 'einsum',
    given: `the equation "${equation}"`,
    expected,
    next: 'Write one letter for each axis, as in "bqd,bkd->bqk".',
  });
}

function labelsOf(equation: string, term: string): Label[] {
  const [before, after, ...more] = term.split('...');
  const [head, tail] = [before!, after ?? ''].map((part) => part.split(''));
  if (more.length > 0 || [...head!, ...tail!].some((letter) => !/[A-Za-z]/.test(letter))) {
    refuse(equation, 'letters and at most one ellipsis in each term');
  }
  return after === undefined ? head! : [...head!, '...', ...tail!];
}

/** Puts labels of their own in place of an ellipsis over so many axes. */
function spread(labels: readonly Label[], axes: number): Label[] {
  const own = Array.from({ length: axes }, (_, i) => `…${axes - i}`);
  return labels.flatMap((label) => (label === '...' ? own : [label]));
}

/** Takes an equation apart. @throws LimbeckError `invalid-option`, `shape-mismatch` */
export function parseEquation(equation: string, tensors: readonly Tensor[]): Equation {
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left!.split(',').map((term) => labelsOf(equation, term));
  if (more.length > 0) refuse(equation, 'one arrow at most');
  if (terms.length !== tensors.length) {
    refuse(equation, `${tensors.length} terms, one a tensor`);
  }
  const operands = terms.map((labels, i) => {
    const { shape } = tensors[i]!;
    const letters = labels.filter((label) => label !== '...').length;
    const fits = labels.includes('...') ? letters <= shape.length : letters === shape.length;
    if (!fits) {
      refuseShapes(
        'einsum',
        [shape],
        `as many axes as "${labels.join('')}" has letters`,
        'Write one letter for each axis of the tensor, or "..." for several.',
      );
    }
    return spread(labels, shape.length - letters);
  });
  const all = operands.flat();
  const dots = Math.max(0, ...operands.map((labels) => labels.filter(isDot).length));
  const result = right === undefined ? implied(all, dots) : spread(labelsOf(equation, right), dots);
  const strange = result.filter((label) => !all.includes(label));
  if (strange.length > 0 || new Set(result).size !== result.length) {
    refuse(equation, 'labels of the inputs, once each, behind the arrow');
  }
  return { operands, result };
}

function isDot(label: Label): boolean {
  return label.startsWith('…');
}

/** Without an arrow: the axes of ellipses, then the letters that occur once, in alphabetical order. */
function implied(all: readonly Label[], dots: number): Label[] {
  const once = all.filter((label) => all.filter((other) => other === label).length === 1);
  return [...spread(['...'], dots), ...once.filter((label) => !isDot(label)).sort()];
}
