/** How people type what lists filter by, and how it is recorded. */
export const withoutSpaces = (text: string): string => text.replaceAll(/\s/g, '');

export const asOdsCode = (text: string): string => withoutSpaces(text).toUpperCase();
