import { describe, expect, test } from 'vitest';
import { operatorsDocument } from '../operators-document.mjs';

const row = (name, changes = {}) => ({
  name,
  interpreter: 'yes',
  gradient: 'yes',
  second: 'yes',
  onnx: ['Neg'],
  portable: ['Neg'],
  fromOnnx: 'yes',
  ...changes,
});

const notes = (changes = {}) => ({
  parts: { training: ['neg'] },
  methods: { taid: { parts: ['training'], operators: [] } },
  unused: {},
  withoutGradient: {},
  withoutNodes: {},
  ...changes,
});

const faultsOf = (rows, given = notes(), missing = []) =>
  operatorsDocument({ rows, missing }, given, []).faults;

describe('operatorsDocument', () => {
  test('writes a row an operator, and one for what is made of others', () => {
    const rows = [
      row('neg', { onnx: ['com.microsoft.Neg'] }),
      row('twice', { madeOf: ['input', 'neg'], gradient: 'yes' }),
    ];
    const given = notes({ unused: { twice: 'shows how' } });
    const { text, faults } = operatorsDocument({ rows, missing: [] }, given, ['| `adam` | none |']);
    expect(faults).toEqual([]);
    expect(text).toContain(
      '| `neg` | *Neg; portable: Neg | yes | yes | yes | yes | every method that trains |',
    );
    expect(text).toContain('| `twice` | made of neg | yes | yes | yes | yes | shows how |');
    expect(text).toContain('| `adam` | none |');
  });

  test.each([
    ['no gradient', { gradient: 'none' }, 'neg has no gradient, and no reason is stated'],
    ['no nodes', { onnx: [], portable: [] }, 'neg has no ONNX nodes'],
    ['a try that failed', { fromOnnx: 'Neg (1)' }, 'neg, fromOnnx: Neg (1)'],
    ['a failed interpreter', { interpreter: 'NaN' }, 'neg, interpreter: NaN'],
  ])('refuses %s', (_what, changes, fault) => {
    expect(faultsOf([row('neg', changes)]).join()).toContain(fault);
  });

  test('refuses an operator that nothing uses, one without a case, and notes about nothing', () => {
    expect(faultsOf([row('neg'), row('abs')]).join()).toContain('abs has no method that uses it');
    expect(faultsOf([row('neg')], notes(), ['abs']).join()).toContain('abs has no case');
    expect(faultsOf([]).join()).toContain('names neg, which no case has');
    expect(faultsOf([row('neg')], notes({ unused: { abs: 'why' } })).join()).toContain(
      'a reason for abs',
    );
    expect(faultsOf([row('neg')], notes({ unused: { neg: 'why' } })).join()).toContain(
      'says that nothing uses neg',
    );
  });

  test('takes a stated reason', () => {
    const given = notes({ withoutGradient: { neg: 'it is flat' } });
    const rows = [row('neg', { gradient: 'none', second: 'none' })];
    const { text, faults } = operatorsDocument({ rows, missing: [] }, given, []);
    expect(faults).toEqual([]);
    expect(text).toContain('| it is flat | it is flat |');
  });
});
