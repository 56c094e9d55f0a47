/** What receives notices and streams in tests: a mail server and an https server, with a certificate of their own. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { Identity } from '../outbound/tls-server.ts';

export interface MailSink {
  /** `smtp://` or `smtps://`, without credentials. */
  readonly url: string;
  /** Whole messages, as they came. */
  readonly messages: string[];
  /** Answers the next messages with this code, after they have been received; null: takes them. */
  answer: number | null;
  close(): Promise<void>;
}

type Encryption = 'smtps' | 'starttls' | 'none';

export async function startMailSink(encryption: Encryption, { key, cert }: Identity): Promise<MailSink> {
  const messages: string[] = [];
  const sink = { messages, answer: null as number | null };
  const server = new SMTPServer({
    ...{ key, cert, secure: encryption === 'smtps', authOptional: true, logger: false },
    disabledCommands: encryption === 'starttls' ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    onData(stream, _, done) {
      void buffer(stream).then((bytes) => {
        const { answer } = sink;
        if (answer !== null) {
          done(Object.assign(new Error('not now'), { responseCode: answer }));
          return;
        }
        messages.push(bytes.toString());
        done();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return Object.assign(sink, {
    url: `${encryption === 'smtps' ? 'smtps' : 'smtp'}://localhost:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  });
}

export interface ReceivedCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpsReceiver {
  readonly port: number;
  readonly calls: ReceivedCall[];
  /** Of the next answers. */
  status: number;
  /** Where an answer that redirects leads. */
  location: string;
  close(): Promise<void>;
}

export async function startHttpsReceiver({ key, cert }: Identity): Promise<HttpsReceiver> {
  const calls: ReceivedCall[] = [];
  const receiver = { calls, status: 204, location: '' };
  const server = createServer({ key, cert }, (request: IncomingMessage, response) => {
    void text(request).then((body) => {
      calls.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(receiver.status, receiver.location === '' ? {} : { location: receiver.location });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  });
}
