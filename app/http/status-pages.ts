/** What this room asks of the status room; it makes the words, this room carries them. */
export interface StatusPages {
  /** The object of `GET /v1/status`; redacted unless `authenticated`. */
  json(options: { readonly authenticated: boolean }): Promise<object>;
  page(request: StatusPageRequest): Promise<StatusPage>;
  /** Whether a message would be accepted now, and the condition code that says why not. */
  ready(): {
    readonly accepting: boolean;
    readonly code: string;
    readonly retryAfterSeconds: number | null;
  };
  /** What a self-test that a person asked for found. */
  noteSelfTest(modem: string, ok: boolean, detail: string): void;
}

export interface StatusPageRequest {
  /** Values of `?lang=`, `?refresh=` and `?theme=`, as they came. */
  readonly lang?: string | undefined;
  readonly refresh?: string | undefined;
  readonly theme?: string | undefined;
  readonly cookie?: string | undefined;
  readonly acceptLanguage?: string | undefined;
}

export interface StatusPage {
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}
