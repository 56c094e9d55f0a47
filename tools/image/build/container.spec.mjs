import { expect, it } from 'vitest';
import { freedomsOf } from './container.mjs';

const STATUS = `Uid:\t1000\t1000\t1000\t1000
Groups:\t
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t00000000000000c0
CapAmb:\t0000000000000000
NoNewPrivs:\t1`;
const MOUNTS = `500 400 254:0 /root / ro,relatime - ext4 /dev/vda rw
501 500 0:5 / /tmp rw,nosuid - tmpfs tmpfs rw`;

it.each([
  ['nothing against a process that is confined', {}, []],
  [
    'another user',
    { status: STATUS.replace('1000\t1000\n', '1000\t0\n') },
    ['it runs as 1000\t1000\t1000\t0'],
  ],
  ['a group', { status: STATUS.replace('Groups:\t', 'Groups:\t27 ') }, ['it belongs to the groups 27 ']],
  ['capabilities', { status: STATUS.replace(/CapEff:\t0/, 'CapEff:\t8') }, ['it has capabilities']],
  [
    'a way to new rights',
    { status: STATUS.replace('NoNewPrivs:\t1', 'NoNewPrivs:\t0') },
    ['it can gain privileges'],
  ],
  ['a root that can be written', { mounts: MOUNTS.replace(' ro,', ' rw,') }, ['its root can be written']],
  ['a root that is not listed', { mounts: '' }, ['its root can be written']],
])('says %s', (_, changes, faults) => {
  expect(freedomsOf({ status: STATUS, mounts: MOUNTS, ...changes }, '1000')).toEqual(faults);
});
