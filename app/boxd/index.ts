export { openHandedSocket } from './handed-socket.ts';
export { realMachine } from './programs.ts';
export { serve } from './serve.ts';
