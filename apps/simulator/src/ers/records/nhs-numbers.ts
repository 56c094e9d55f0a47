/**
 * The check digit of nine digits: mod 11, weights 10 to 2; 11 becomes 0 and 10 has none
 * (docs/reference/protocol-facts.md §8).
 */
export function checkDigit(nine: string): number | undefined {
  const sum = [...nine].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? undefined : check % 11;
}

export function isNhsNumber(value: string): boolean {
  return /^\d{10}$/.test(value) && checkDigit(value.slice(0, 9)) === Number(value[9]);
}

/** The n-th NHS number of the 999 range, which is never allocated to a patient. */
export function testNhsNumber(n: number): string {
  let left = n;
  for (let body = 1; ; body++) {
    const nine = `999${String(body).padStart(6, '0')}`;
    const check = checkDigit(nine);
    if (check === undefined) continue;
    if (left === 0) return `${nine}${check}`;
    left -= 1;
  }
}
