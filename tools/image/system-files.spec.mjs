import { expect, it } from 'vitest';
import { librariesIn } from './system-files.mjs';

it.each([
  [
    'libraries by their paths, and the loader',
    `\tlinux-vdso.so.1 (0x00007ffc)
\tlibstdc++.so.6 => /usr/lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f1)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f3)\n`,
    [
      '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ],
  ],
  ['none, for a program that is linked with none', '\tstatically linked\n', []],
])('reads from ldd %s', (_, output, libraries) => {
  expect(librariesIn(output)).toEqual(libraries);
});

it('fails for a library that is missing', () => {
  expect(() => librariesIn('\tlibatomic.so.1 => not found\n')).toThrow(
    'Node needs libatomic.so.1, which the base image does not have.',
  );
});
