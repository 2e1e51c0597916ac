import { describe, expect, test } from 'vitest';
import { parseMail } from '../src/mails.js';
import { vocabularyOf, wordsOf } from '../src/peers/words.js';

describe('parseMail', () => {
  test('takes the subject, folded lines joined, and the body without a header', () => {
    const mail = 'From: a@b\nX-List: x\nSubject: one\n  two\nTo: c\n\nBody\n\nSubject: not this\n';
    expect(parseMail(mail)).toEqual({ subject: 'one two', body: 'Body\n\nSubject: not this\n' });
  });

  test('gives nothing where a mail has no subject or no body', () => {
    expect(parseMail('From: a\n\nBody')).toEqual({ subject: '', body: 'Body' });
    expect(parseMail('From: a')).toEqual({ subject: '', body: '' });
  });

  test('reads line ends of both kinds', () => {
    expect(parseMail('Subject: a\r\n\r\nb')).toEqual({ subject: 'a', body: 'b' });
  });
});

describe('the peers’ words', () => {
  test('are in lower case, with pairs where those are asked for', () => {
    expect(wordsOf('Win $5 now!')).toEqual(['win', '$5', 'now!']);
    expect(wordsOf('a b', true)).toEqual(['a', 'b', 'a b']);
  });

  test('are known if two texts have them, the commonest first', () => {
    const known = vocabularyOf([['a', 'b', 'a'], ['b', 'c'], ['b', 'a', 'c'], ['d']], 2);
    expect([...known]).toEqual([
      ['b', 0],
      ['a', 1],
    ]);
  });
});
