/** Downloads a text, or pieces of a file, under a name. */
export function saveFile(name: string, text: string | BlobPart[], type = 'application/json'): void {
  const address = URL.createObjectURL(new Blob(typeof text === 'string' ? [text] : text, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
