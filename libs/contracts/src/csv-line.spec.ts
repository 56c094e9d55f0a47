import { expect, it } from 'vitest';
import { csvLine } from './csv-line.js';

it.each([
  [['a', 'b c', 3, null, undefined, true], 'a,b c,3,,,true\r\n'],
  [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
  [['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=x'], "'=1+1,'+1,'-1,'@SUM(A1),'\tx,\"'\r=x\"\r\n"],
  [['＝1', '＋1', '－1', '＠x'], "'＝1,'＋1,'－1,'＠x\r\n"],
  [[{ a: 1 }], '"{""a"":1}"\r\n'],
  [[-1], '-1\r\n'],
])('%j as a line of CSV', (cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
