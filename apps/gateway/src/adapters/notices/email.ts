/** Sends notices by email, over SMTP with TLS from the first byte (smtps) or after STARTTLS, and never without. */
import { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { noAnswerWithin } from '../outbound/no-answer.js';
import { SEND_MS, type SendResult } from './send-result.js';

export interface MailSettings {
  /** `smtps://user:password@host:465` or `smtp://host:587`; the latter begins with STARTTLS. */
  readonly url: string;
  /** The sender: `Gatehouse <gatehouse@supplier.example>`. */
  readonly from: string;
  /** For tests, whose server has a certificate of its own. */
  readonly ca?: string;
  /** For tests: how long one message may take in all. */
  readonly limitMs?: number;
}

export interface Email {
  /** The same for each attempt, so that a receiver can tell a second copy. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** When the notice was written. */
  readonly date: Date;
}

export interface Mailer {
  send(email: Email): Promise<SendResult>;
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

/** Of nodemailer: where the server refused. */
const OF_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);
/** The server is about to go (RFC 5321 §3.8). */
const CLOSING = 421;

export function createMailer({ url, from, ca, limitMs = SEND_MS }: MailSettings): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const isSmtps = protocol === 'smtps:';
  const user = decodeURIComponent(username);
  const options = {
    host: hostname,
    port: port === '' ? PORTS[isSmtps ? 'smtps:' : 'smtp:'] : Number(port),
    secure: isSmtps,
    requireTLS: true,
    tls: { minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca }) },
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(password) } }),
    connectionTimeout: SEND_MS / 2,
    greetingTimeout: SEND_MS / 2,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const domain = /@(?<domain>[A-Za-z0-9.-]+)>?$/.exec(from)?.groups?.['domain'] ?? hostname;
  return {
    async send({ id, to, subject, text, date }) {
      // nodemailer limits how long a server may be silent, and not how long it may take. Its connection goes with this socket.
      const limit = AbortSignal.timeout(limitMs);
      const socket = new Socket({ signal: limit });
      try {
        await createTransport({ ...options, socket }).sendMail({
          ...{ from, to: { name: '', address: to }, subject, text, date },
          messageId: `<${id}@${domain}>`,
          // Nobody's out-of-office message answers it (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { state: 'sent' };
      } catch (error) {
        if (limit.aborted) return { state: 'failed', cause: noAnswerWithin(limitMs), concerns: 'place' };
        const code = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
        const cause = error instanceof Error ? error.message : String(error);
        // 5yz to the envelope or the message: the server will not take it (RFC 5321 §4.2.1). One to STARTTLS or to the
        // credentials can be put right.
        const isOfMessage = typeof code === 'number' && code !== CLOSING && OF_MESSAGE.has(codeOf(error));
        if (isOfMessage && code >= 500) return { state: 'refused', cause };
        return { state: 'failed', cause, concerns: isOfMessage ? 'message' : 'place' };
      } finally {
        socket.destroy();
      }
    },
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
