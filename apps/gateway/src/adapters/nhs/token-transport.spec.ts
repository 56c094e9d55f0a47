import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenForm } from '@gatehouse/domain/apim/token-request';
import { expect, it, onTestFinished } from 'vitest';
import type { Departure } from '../rate/rate-limiter.js';
import { openTokenTransport, type TokenApplication } from './token-transport.js';

const APPLICATION: TokenApplication = { id: 'one', environment: 'int' };
const FORM = { grant_type: 'client_credentials' } as unknown as TokenForm;

/** A token endpoint that counts, and a transport whose requests depart when the test says so. */
async function world(totalMs = 10_000) {
  const server = createServer((_request, response) => {
    state.arrived += 1;
    response.end('{}');
  });
  const state = { arrived: 0, gaveUp: 0, waitMs: 0 };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const departing = Promise.withResolvers<AbortSignal>();
  const turn = Promise.withResolvers<number>();
  const departure: Departure = {
    depart(signal) {
      departing.resolve(signal);
      return turn.promise;
    },
    mayBeSent: () => true,
    remaining: () => null,
    giveUp: () => void (state.gaveUp += 1),
  };
  const asked: string[] = [];
  const transport = openTokenTransport({
    ...{ connectMs: 10_000, totalMs, proxy: null, onDate: () => undefined },
    reserve({ id }) {
      asked.push(id);
      return state.waitMs > 0 ? { waitMs: state.waitMs } : departure;
    },
  });
  onTestFinished(() => {
    transport.close();
    server.close();
  });
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const post = () => transport.post(`${origin}/token`, FORM, APPLICATION);
  return { state, turn, departing, asked, transport, origin, post };
}

it('a token request leaves in its turn, and not before', async () => {
  const { state, turn, departing, asked, post } = await world();
  const answer = post();
  await departing.promise;
  expect(state.arrived).toBe(0);
  turn.resolve(0);
  expect(await answer).toMatchObject({ wasSent: true, status: 200 });
  expect([asked, state.arrived, state.gaveUp]).toEqual([['one'], 1, 1]);
});

it('one that would wait too long is answered with 429, and was not sent', async () => {
  const { state, post } = await world();
  state.waitMs = 2_001;
  expect(await post()).toEqual({ wasSent: false, status: 429, body: '', retryAfter: '3' });
  expect(state.arrived).toBe(0);
});

it('one that has no turn was not sent, and its place is free again', async () => {
  const { state, turn, departing, post } = await world();
  void departing.promise.then(() => {
    turn.reject(new Error('no slot was to be had'));
  });
  expect(await post()).toMatchObject({ wasSent: false, status: 599 });
  expect([state.arrived, state.gaveUp]).toEqual([0, 1]);
});

it('one whose time is over while it waits was not sent', async () => {
  const { state, turn, departing, post } = await world(300);
  void departing.promise.then((signal) => {
    signal.addEventListener('abort', () => {
      turn.reject(signal.reason);
    });
  });
  expect(await post()).toMatchObject({ wasSent: false, status: 599 });
  expect(state.arrived).toBe(0);
});

it('reading what belongs to a token does not count', async () => {
  const { asked, transport, origin } = await world();
  expect(await transport.get(`${origin}/userinfo`, 'token')).toMatchObject({ status: 200 });
  expect(asked).toEqual([]);
});
