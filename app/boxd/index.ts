export { openHandedSocket } from './handed-socket.ts';
export { REAL_MACHINE } from './programs.ts';
export { serve } from './serve.ts';
export { storedSchema } from './stored-schema.ts';
