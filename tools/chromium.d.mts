/** The path of Chromium, if it is installed. */
export function findChromium(): string | undefined;

/** @throws if there is no Chromium and none can be installed */
export function ensureChromium(): void;
