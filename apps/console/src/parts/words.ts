/** Stored words that people read as another one. */
const READ_AS: Readonly<Record<string, string>> = { DENIED: 'Rejected', REFUSED: 'Rejected' };

/** `NOT_SENT` as “Not sent”: states and codes as a page shows them. */
export function sentenceCase(text: string): string {
  const readAs = READ_AS[text];
  if (readAs !== undefined) return readAs;
  const isConstant = /^[A-Z][A-Z_]+$/.test(text);
  const words = isConstant ? text.toLowerCase().replaceAll('_', ' ') : text;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Choices of a select, named in words. */
export const choicesOf = (values: readonly string[]): { id: string; name: string }[] =>
  values.map((id) => ({ id, name: sentenceCase(id) }));

const LIST = new Intl.ListFormat('en-GB');

/** “dev, int and prod”. */
export const listed = (names: readonly string[]): string => LIST.format(names);

/** “1 change”, “2 changes”. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`;
