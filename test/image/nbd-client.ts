import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

const OPTION_MAGIC = Buffer.from('IHAVEOPT');
const REQUEST_MAGIC = 0x25609513;
const REPLY_MAGIC = 0x67446698;
/** Handshake: fixed newstyle, no zeroes behind the flags. */
const FLAGS = 0b11;
const OPT_EXPORT_NAME = 1;
const [READ, WRITE, FLUSH] = [0, 1, 3] as const;

/** As much of the NBD protocol (NetworkBlockDevice/nbd, doc/proto.md) as a test of a disk needs; one request at a time. */
export class NbdClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
  }

  static async connect(path: string): Promise<NbdClient> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    const client = new NbdClient(socket);
    await client.#take(18);
    const hello = Buffer.alloc(4 + 8 + 4 + 4);
    hello.writeUInt32BE(FLAGS, 0);
    OPTION_MAGIC.copy(hello, 4);
    hello.writeUInt32BE(OPT_EXPORT_NAME, 12);
    socket.write(hello);
    await client.#take(10);
    return client;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    return this.#request(READ, offset, length, Buffer.alloc(0), length);
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    await this.#request(WRITE, offset, bytes.length, bytes, 0);
  }

  async flush(): Promise<void> {
    await this.#request(FLUSH, 0, 0, Buffer.alloc(0), 0);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #request(
    type: number,
    offset: number,
    length: number,
    bytes: Buffer,
    answer: number,
  ): Promise<Buffer> {
    const head = Buffer.alloc(28);
    head.writeUInt32BE(REQUEST_MAGIC, 0);
    head.writeUInt16BE(type, 6);
    head.writeBigUInt64BE(BigInt(offset), 16);
    head.writeUInt32BE(length, 24);
    this.#socket.write(Buffer.concat([head, bytes]));
    const reply = await this.#take(16);
    if (reply.readUInt32BE(0) !== REPLY_MAGIC || reply.readUInt32BE(4) !== 0) {
      throw new Error(`request ${type} failed with ${reply.readUInt32BE(4)}`);
    }
    return this.#take(answer);
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await once(this.#socket, 'data');
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }
}
