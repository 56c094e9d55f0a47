import { sentenceCase } from '../parts/words.js';

const EVENTS: Readonly<Record<string, string>> = {
  AUDIT_READ: 'Audit trail read',
  AUDIT_SEARCH: 'Patient searched for',
  AUDIT_EXPORT: 'Export begun',
  AUDIT_EXPORT_END: 'Export ended',
  IDENTIFIER_REVEAL: 'Patient identifier reveal',
  SUPPORT_BUNDLE: 'Support bundle downloaded',
};

/** What happened, in words: an event of the trail that is no request. */
export const eventInWords = (event: string): string => EVENTS[event] ?? sentenceCase(event);
