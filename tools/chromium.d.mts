/** Where Chromium is, if it is anywhere. */
export function findChromium(): string | undefined;

/** @throws if there is none and none can be installed */
export function ensureChromium(): void;
