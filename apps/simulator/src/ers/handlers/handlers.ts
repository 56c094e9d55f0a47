import type { Handler } from '../call.js';
import { adviceReads } from './advice-reads.js';
import { adviceWrites } from './advice-writes.js';
import { appointmentReads, appointmentWrites } from './appointments.js';
import { attachmentHandlers } from './attachments.js';
import { createHandlers } from './create-referral.js';
import { directoryHandlers } from './directory.js';
import { referralReads } from './referral-reads.js';
import { referralWrites } from './referral-writes.js';
import { worklistHandlers } from './worklists.js';

/** What e-RS does for each operation of the catalogue. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  ...directoryHandlers,
  ...referralReads,
  ...referralWrites,
  ...createHandlers,
  ...worklistHandlers,
  ...appointmentReads,
  ...appointmentWrites,
  ...attachmentHandlers,
  ...adviceReads,
  ...adviceWrites,
};
