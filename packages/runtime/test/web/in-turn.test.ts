import { expect, test } from 'vitest';
import { inTurnOf } from '../../src/web/in-turn.js';

test('calls into one build run one after another, whether they work or not; another build does not wait', async () => {
  const [build, other] = [{}, {}];
  const events: string[] = [];
  const call =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const settled = await Promise.allSettled([
    inTurnOf(build)(call('a', true)),
    inTurnOf(build)(call('b')),
    inTurnOf(other)(call('c')),
  ]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  const order = (name: string): number => events.indexOf(name);
  expect(order('b begins')).toBeGreaterThan(order('a ends'));
  expect(order('c begins')).toBeLessThan(order('a ends'));
});
