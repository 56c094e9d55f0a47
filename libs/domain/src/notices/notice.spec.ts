import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../governance/permissions.js';
import { keptNotice, type Notice } from './notice.js';
import { NOTICE_KIND_NAMES, NOTICE_KINDS } from './notice-kinds.js';

const NOTICE: Notice = {
  ...{ kind: 'alarm', onceKey: null, title: 'A title', body: 'A body.', whatToDo: 'Do this.' },
  ...{ path: '/jobs', odsCodes: [], staffId: null },
};

describe('kinds of notices', () => {
  it.each(NOTICE_KIND_NAMES)('%s has words to choose it by, and a permission', (name) => {
    const { label, description, permission } = NOTICE_KINDS[name];
    expect(label).toMatch(/^[A-Z]/);
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(Object.keys(PERMISSIONS)).toContain(permission);
  });
});

describe('a notice as it is kept', () => {
  it.each([
    ['title', 'Client 943 476 5919 stopped', 'Client [NHS number] stopped'],
    ['title', 'on two\n lines', 'on two lines'],
    ['title', 'x'.repeat(201), `${'x'.repeat(199)}…`],
    ['body', 'for 9434765919.', 'for [NHS number].'],
    ['body', 'one\ntwo', 'one\ntwo'],
    ['body', 'x'.repeat(2_001), `${'x'.repeat(1_999)}…`],
    ['whatToDo', 'Call 9434765919.', 'Call [NHS number].'],
    ['whatToDo', 'x'.repeat(1_001), `${'x'.repeat(999)}…`],
  ] as const)('%s', (member, text, kept) => {
    expect(keptNotice({ ...NOTICE, [member]: text })).toEqual({ ...NOTICE, [member]: kept });
  });
});
