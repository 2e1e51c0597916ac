import { Rng } from '@limbeck/core';
import type { LabelledText } from './rows.js';

// Messages to a shop, made by rules: what is wanted is said in one of several ways, between words that say nothing.
const wishes: { readonly [label: string]: readonly string[] } = {
  refund: [
    'I want my money back for {thing}',
    'please refund {thing}',
    'I was charged twice for {thing}',
    'how do I return {thing}, it is not what I asked for',
    'the amount on my card is wrong, {thing} should be cheaper',
    'cancel the order of {thing} and pay me back',
  ],
  delivery: [
    'where is {thing}, it should be here by now',
    '{thing} has not arrived',
    'the parcel with {thing} is stuck at the depot',
    'can you bring {thing} on {day} instead',
    'the courier left {thing} with a neighbour I do not know',
    'tracking says {thing} was delivered, but the door step is empty',
  ],
  broken: [
    '{thing} does not turn on',
    '{thing} came with a crack',
    'a part of {thing} is missing',
    '{thing} makes a strange noise and gets hot',
    'after two days {thing} stopped working',
    'the battery of {thing} is dead, what about the warranty',
  ],
  account: [
    'I cannot log in any more',
    'the code to reset my password never comes',
    'please change my address before {thing} ships',
    'delete my account and everything you know of me',
    'why do I get your letters, I never signed up',
    'my name is spelt wrong on the invoice of {thing}',
  ],
};

const things =
  'the kettle,the blue lamp,my headphones,the desk,the bicycle pump,a pair of boots,the printer,the coffee mill,the toaster,my new phone,the garden chair,the blender'.split(
    ',',
  );
const days = 'Monday,Tuesday,Thursday,Friday,the weekend'.split(',');
const openings = [
  '',
  '',
  'Hello, ',
  'Good morning! ',
  'Dear team, ',
  'Hi there, ',
  'Second message today: ',
];
const endings = [
  '',
  '',
  '.',
  '!',
  '. Thanks',
  '. Please hurry',
  ', thank you',
  '. Regards, Kim',
  '??',
];
// Said by anybody, whatever the wish: what makes single words misleading.
const asides = [
  '',
  '',
  '',
  '. I ordered it with the delivery on Monday',
  '. I paid by card',
  '. My account number is 4711',
  '. It worked last week',
  '. You refunded me once before, that was kind',
  '. The parcel looked fine',
];

/** Labelled messages, the same for the same seed; three in a hundred carry a wrong label, as people's do. */
export function sampleRows(count: number, seed = 0): LabelledText[] {
  const rng = Rng.from(seed).stream('sample');
  const labels = Object.keys(wishes);
  const pick = <Value>(from: readonly Value[]): Value => from[rng.integer(from.length)]!;
  return Array.from({ length: count }, () => {
    const meant = pick(labels);
    const wish = pick(wishes[meant]!).replace('{thing}', pick(things)).replace('{day}', pick(days));
    const text = typo(`${pick(openings)}${wish}${pick(asides)}${pick(endings)}`, rng);
    return { text, label: rng.uniform() < 0.03 ? pick(labels) : meant };
  });
}

/** In every third text two letters change places. */
function typo(text: string, rng: Rng): string {
  if (rng.uniform() > 1 / 3) return text;
  const at = rng.integer(text.length - 1);
  return text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2);
}
