import { expect, it } from 'vitest';
import { judgeLogoutToken } from './logout-token.js';

const NOW_MS = Date.UTC(2026, 10, 28, 9);
const NOW_S = NOW_MS / 1000;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const expected = { issuer: 'https://cis2.example:443/realm', clientId: 'referwell', nowMs: NOW_MS };
const claims = {
  iss: expected.issuer,
  aud: 'referwell',
  iat: NOW_S,
  exp: NOW_S + 120,
  jti: 'jti-1',
  sub: '555073103100',
  sid: 'sid-1',
  events: { [EVENT]: {} },
};
const judged = (change: object, header: object = { typ: 'JWT' }) =>
  judgeLogoutToken({ header: { ...header }, payload: { ...claims, ...change } }, expected);

it.each([
  ['as CIS2 writes it', {}, { typ: 'JWT' }],
  ['of the type of the standard', {}, { typ: 'logout+jwt' }],
  ['without an expiry', { exp: undefined }, { typ: 'JWT' }],
  ['for several clients', { aud: ['other', 'referwell'] }, { typ: 'JWT' }],
  ['that is ten minutes old', { iat: NOW_S - 599, exp: NOW_S }, { typ: 'JWT' }],
])('is accepted %s', (_, change, header) => {
  expect(judged(change, header)).toEqual({ cis2SessionId: 'sid-1', jti: 'jti-1' });
});

it.each([
  ['of another type', {}, { typ: 'at+jwt' }],
  ['without a type', {}, {}],
  ['of an issuer without its port', { iss: 'https://cis2.example/realm' }],
  ['for another client', { aud: 'other' }],
  ['for nobody', { aud: undefined }],
  ['from the future', { iat: NOW_S + 31 }],
  ['that is too old', { iat: NOW_S - 600 }],
  ['without a time', { iat: undefined }],
  ['that has expired', { exp: NOW_S - 30 }],
  ['with an expiry as text', { exp: String(NOW_S + 120) }],
  ['without a session', { sid: undefined }],
  ['with an empty session', { sid: '' }],
  ['without a jti', { jti: undefined }],
  ['without events', { events: undefined }],
  ['of another event', { events: { 'http://schemas.openid.net/event/other': {} } }],
  ['whose events are a list', { events: [EVENT] }],
  ['whose event is no object', { events: { [EVENT]: true } }],
  ['with a nonce, as an ID token has', { nonce: 'n' }],
])('is rejected %s', (_, change, header = { typ: 'JWT' }) => {
  expect(judged(change, header)).toBeNull();
});
