export { closedOutbox, stateOfOpening } from './closed-outbox.ts';
export type * from './contract.ts';
export { ensureDatabase, migrate, quickCheck, SCHEMA_VERSION } from './migrate.ts';
export { type ApiOutboxOptions, openApiOutbox } from './open-api-outbox.ts';
export { openWorkerOutbox } from './open-worker-outbox.ts';
export {
  finishRebuild,
  type Rebuilt,
  readRebuilt,
  rebuildDatabase,
  recordLoss,
} from './rebuild/index.ts';
