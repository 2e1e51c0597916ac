import { Rng } from '@limbeck/core';

const subjects = ['the report', 'our meeting', 'the invoice', 'your garden', 'the train', 'a book'];
const good = [
  'could you look at',
  'see you tomorrow about',
  'thanks for sending',
  'I have a question on',
  'let us talk about',
];
const bad = [
  'win a prize with',
  'buy cheap pills and',
  'free money for',
  'click now to get',
  'limited offer of',
];

/** A record as tests use it. */
export type MailRow = {
  readonly body: string;
  readonly kind: 'ham' | 'spam';
  readonly author: string;
};

/** Made-up mails that differ from each other and whose words tell the kind, but for a few that are labelled wrongly. */
export function mails(count: number, options: { readonly wrong?: number } = {}): MailRow[] {
  const rng = Rng.from(7).stream('mails');
  return Array.from({ length: count }, (_, i) => {
    const kind = i % 3 === 0 ? 'spam' : 'ham';
    const phrases = kind === 'spam' ? bad : good;
    const words = Array.from({ length: 6 }, () => rng.integer(36 ** 4).toString(36));
    const body = `${phrases[rng.integer(phrases.length)]} ${subjects[rng.integer(subjects.length)]} ${words.join(' ')} ${phrases[rng.integer(phrases.length)]}`;
    const said = i < (options.wrong ?? 0) ? (kind === 'spam' ? 'ham' : 'spam') : kind;
    return { body, kind: said, author: `author ${i % 40}` };
  });
}
