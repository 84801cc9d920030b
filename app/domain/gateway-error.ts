/** Whether trying again can help, and whether it could send an SMS twice. */
export type Retry = 'safe' | 'later' | 'never' | 'unknown-outcome';

interface GatewayErrorOptions {
  readonly retry: Retry;
  /** Facts for the log and for `problem+json`; never message texts or secrets. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error type that rooms throw on purpose. `code` is a stable kebab-case word. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: string;
  readonly retry: Retry;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: GatewayErrorOptions) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    this.context = options.context ?? {};
  }
}
