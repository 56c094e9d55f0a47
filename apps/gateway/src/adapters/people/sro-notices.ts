/** What governance staff are notified of about senior responsible owners. The link itself is a secret, and in none. */
import type { Notice } from '@gatehouse/domain/notices/notice';

interface Link {
  readonly id: string;
  readonly odsCode: string;
  /** Null: the link accepts the appointment itself. */
  readonly exceptionId: string | null;
}

const pageOf = ({ exceptionId }: Pick<Link, 'exceptionId'>): string =>
  exceptionId === null ? '/sro-appointments' : '/write-exceptions';

export function linkNotice(
  link: Link & { readonly createdBy: string; readonly expiresAtMs: number },
): Notice {
  const what = link.exceptionId === null ? 'accept the appointment' : 'co-sign a write exception';
  const until = new Date(link.expiresAtMs).toLocaleDateString('en-GB', {
    ...{ dateStyle: 'long', timeZone: 'Europe/London' },
  });
  return {
    ...{ kind: 'sro', onceKey: `sro link ${link.id}`, title: `SRO of ${link.odsCode} invited to ${what}` },
    body: `${link.createdBy} created a one-time link for the senior responsible owner. It works until ${until}.`,
    whatToDo: 'Make sure that the owner has received the link from the person who created it.',
    ...{ path: pageOf(link), odsCodes: [link.odsCode], staffId: null },
  };
}

export function answerNotice(link: Link, answer: 'accepted' | 'declined', owner: string): Notice {
  const what = link.exceptionId === null ? 'the appointment as SRO' : 'a write exception';
  return {
    ...{ kind: 'sro', onceKey: `sro link ${link.id} ${answer}` },
    title: `${link.odsCode}: ${what} was ${answer}`,
    body: `${owner}, the senior responsible owner, ${answer} it by a one-time link.`,
    whatToDo:
      answer === 'accepted'
        ? 'Nothing more is needed.'
        : 'Talk to the organisation. Access that needs this stays closed until somebody accepts it.',
    ...{ path: pageOf(link), odsCodes: [link.odsCode], staffId: null },
  };
}
