import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '@gatehouse/domain/errors';
import { describe, expect, it } from 'vitest';
import { connectionOf } from './connection.js';

const framing = new GatewayError('GW_FRAMING');
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What happens on a connection, in order: `a` and `b` are its requests. */
type Event =
  | 'a arrives'
  | 'a arrives without its body'
  | 'the body of a arrives'
  | 'b arrives'
  | 'a is answered'
  | 'b is answered'
  | 'a is refused: GW_FRAMING'
  | 'a is refused: GW_TIMEOUT'
  | 'a is refused: GW_TOKEN'
  | 'the parser gives up'
  | 'the caller leaves';

/** A connection with a socket that is open, and a log of what was done on it. */
function startConnection() {
  const socket = { writable: true, writableEnded: false };
  const connection = connectionOf(socket as unknown as Socket);
  const log: string[] = [];
  const requests = new Map<string, { complete: boolean }>();
  const responses = new Map<string, EventEmitter>();

  const arrive = (name: string, complete = true): void => {
    const [request, response] = [{ complete }, new EventEmitter()];
    requests.set(name, request);
    responses.set(name, response);
    connection.accept(request as IncomingMessage, response as unknown as ServerResponse, (incoming) => {
      log.push(`handles ${name}`);
      connection.bodySignal(incoming)?.addEventListener('abort', () => log.push(`body of ${name} is lost`));
      return Promise.resolve();
    });
  };
  const refuse = (code: 'GW_FRAMING' | 'GW_TIMEOUT' | 'GW_TOKEN'): void => {
    connection.noteRefusal(new GatewayError(code));
  };
  const events: Record<Event, () => void> = {
    'a arrives': () => arrive('a'),
    'a arrives without its body': () => arrive('a', false),
    'the body of a arrives': () => (requests.get('a')!.complete = true),
    'b arrives': () => arrive('b'),
    'a is answered': () => responses.get('a')?.emit('close'),
    'b is answered': () => responses.get('b')?.emit('close'),
    'a is refused: GW_FRAMING': () => refuse('GW_FRAMING'),
    'a is refused: GW_TIMEOUT': () => refuse('GW_TIMEOUT'),
    'a is refused: GW_TOKEN': () => refuse('GW_TOKEN'),
    'the parser gives up': () => {
      const isNew = connection.giveUp(framing, () => {
        log.push('answers the parse error');
        socket.writableEnded = true;
      });
      if (!isNew) log.push('knew that');
    },
    'the caller leaves': () => (socket.writable = false),
  };
  return { connection, log, run: (event: Event) => events[event]() };
}

describe('a connection', () => {
  it.each<[rule: string, events: readonly Event[], log: readonly string[]]>([
    ['handles a request', ['a arrives'], ['handles a']],
    ['handles one request at a time', ['a arrives', 'b arrives'], ['handles a']],
    [
      'handles the next request once the one before is answered',
      ['a arrives', 'b arrives', 'a is answered'],
      ['handles a', 'handles b'],
    ],
    [
      'handles a request on a connection that was idle',
      ['a arrives', 'a is answered', 'b arrives'],
      ['handles a', 'handles b'],
    ],
    [
      'drops what follows a refusal of unclear framing',
      ['a arrives', 'a is refused: GW_FRAMING', 'b arrives', 'a is answered'],
      ['handles a'],
    ],
    [
      'drops what was waiting when a body timed out',
      ['a arrives', 'b arrives', 'a is refused: GW_TIMEOUT', 'a is answered'],
      ['handles a'],
    ],
    [
      'stays open after any other refusal',
      ['a arrives', 'a is refused: GW_TOKEN', 'b arrives', 'a is answered'],
      ['handles a', 'handles b'],
    ],
    [
      'drops what was waiting when the caller leaves',
      ['a arrives', 'b arrives', 'the caller leaves', 'a is answered'],
      ['handles a'],
    ],
    ['answers a parse error at once when idle', ['the parser gives up'], ['answers the parse error']],
    [
      'answers a parse error at once when every request is answered',
      ['a arrives', 'a is answered', 'the parser gives up'],
      ['handles a', 'answers the parse error'],
    ],
    [
      'answers a parse error after the answers that are due',
      ['a arrives', 'b arrives', 'the parser gives up', 'a is answered', 'b is answered'],
      ['handles a', 'handles b', 'answers the parse error'],
    ],
    ['keeps a parse error back while an answer is due', ['a arrives', 'the parser gives up'], ['handles a']],
    [
      'ends an incomplete body with the parse error, which is then its answer',
      ['a arrives without its body', 'the parser gives up', 'a is answered'],
      ['handles a', 'body of a is lost'],
    ],
    [
      'leaves a complete body alone',
      ['a arrives without its body', 'the body of a arrives', 'the parser gives up', 'a is answered'],
      ['handles a', 'answers the parse error'],
    ],
    [
      'answers no parse error after a refusal of unclear framing',
      ['a arrives', 'the parser gives up', 'a is refused: GW_FRAMING', 'a is answered'],
      ['handles a'],
    ],
    [
      'answers no parse error to a caller that has left',
      ['a arrives', 'the parser gives up', 'the caller leaves', 'a is answered'],
      ['handles a'],
    ],
    [
      'answers a parse error once, however often the parser reports it',
      ['the parser gives up', 'the parser gives up'],
      ['answers the parse error', 'knew that'],
    ],
    [
      'accepts nothing after the parser has given up',
      ['a arrives', 'the parser gives up', 'b arrives', 'a is answered'],
      ['handles a', 'answers the parse error'],
    ],
    [
      'accepts nothing after the parser has given up, whatever the error was the answer to',
      ['a arrives without its body', 'the parser gives up', 'b arrives', 'a is answered'],
      ['handles a', 'body of a is lost'],
    ],
  ])('%s', async (_, events, log) => {
    const connection = startConnection();
    for (const event of events) {
      connection.run(event);
      await settled();
    }
    expect(connection.log).toEqual(log);
  });

  it('handles the first request at once, so that its refusal is known before the next arrives', () => {
    const { run, log } = startConnection();
    run('a arrives');
    expect(log).toEqual(['handles a']);
  });

  it.each([
    ['GW_FRAMING', true],
    ['GW_TIMEOUT', true],
    ['GW_TOKEN', false],
  ] as const)('after %s its answer is the last: %s', (code, isClosing) => {
    const { connection, run } = startConnection();
    run('a arrives');
    run(`a is refused: ${code}`);
    expect(connection.isClosing).toBe(isClosing);
  });

  it('gives the parse error as the reason why a body is lost', () => {
    const connection = connectionOf({ writable: true, writableEnded: false } as Socket);
    const request = { complete: false } as IncomingMessage;
    const unanswered = new EventEmitter() as unknown as ServerResponse;
    connection.accept(request, unanswered, () => Promise.resolve());
    connection.giveUp(framing, () => undefined);
    expect(connection.bodySignal(request)?.reason).toBe(framing);
  });

  it('is the same for the same socket', () => {
    const socket = {} as Socket;
    expect(connectionOf(socket)).toBe(connectionOf(socket));
    expect(connectionOf({} as Socket)).not.toBe(connectionOf(socket));
  });
});
