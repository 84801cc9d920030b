/** What rooms log to; pino satisfies it. Never pass numbers, texts, PINs or keys in clear. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
