/** An evidence pack as one ZIP. What is in it proves itself by the signed manifest; this only bounds what is unpacked. */
import { unzipSync } from 'fflate';

/** Of a pack. */
export const MOST_FILES = 100;
/** Several times the largest pack. */
const MOST_BYTES = 256 * 1_048_576;

/** @returns the files by their names, or why there are none */
export function filesInZip(bytes: Uint8Array): Map<string, Buffer> | { readonly fault: string } {
  const names = new Set<string>();
  let [size, fault] = [0, ''];
  let unpacked: Readonly<Record<string, Uint8Array>>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        size += originalSize;
        // Of a file that is there twice, two readers could see two.
        if (names.has(name)) fault = `${name} is in it twice`;
        else if (names.size === MOST_FILES || size > MOST_BYTES)
          fault = 'it is too large to be an evidence pack';
        names.add(name);
        return fault === '';
      },
    });
  } catch {
    return { fault: 'it is not a ZIP file, or is damaged' };
  }
  if (fault !== '') return { fault };
  // An object takes some names, such as __proto__, for its own.
  if (Object.keys(unpacked).length !== names.size)
    return { fault: 'it has a name that no file of a pack has' };
  return new Map(Object.entries(unpacked).map(([name, file]) => [name, Buffer.from(file)]));
}
