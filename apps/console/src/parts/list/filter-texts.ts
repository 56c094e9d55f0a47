/** How people type what lists filter by, and how it is recorded. */
export const withoutSpaces = (text: string): string => text.replaceAll(/\s/g, '');

export const asOdsCode = (text: string): string => withoutSpaces(text).toUpperCase();

/** The address of a list of the console under a filter. */
export const filtered = (page: string, filter: object): string =>
  `${page}?filter=${encodeURIComponent(JSON.stringify(filter))}`;
