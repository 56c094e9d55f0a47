import type { AnswerOf } from '@gatehouse/contracts/routes';

/** How a CIS2 client proves itself. */
export const AUTH_WORDS: Readonly<Record<AnswerOf<'cis2ClientsList'>['items'][number]['auth'], string>> = {
  private_key_jwt: 'Signed with a key',
  client_secret: 'With a client secret',
  supplier: 'Your own service signs users in',
};
