export type * from './contract.ts';
export { SCOPES } from './contract.ts';
export { CRASH_POINTS } from './crash-points.ts';
export { ensureDatabase, migrate, quickCheck, SCHEMA_VERSION } from './migrate.ts';
export { type ApiOutboxOptions, openApiOutbox } from './open-api-outbox.ts';
export { openWorkerOutbox, type WorkerOutboxOptions } from './open-worker-outbox.ts';
