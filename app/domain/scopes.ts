/** What an API key may be allowed to do. */
export const SCOPES = [
  'messages:send',
  'messages:read',
  'verify',
  'inbox:read',
  'webhooks',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];
