import type { FileHandle } from 'node:fs/promises';

/** How much is read at once, unless more is asked for. */
const least = 2 ** 16;

/** Reads a part of a file from front to back. */
export class ReadAhead {
  private kept: Buffer = Buffer.alloc(0);

  constructor(
    private readonly file: FileHandle,
    private at: number,
    private readonly end: number,
  ) {}

  /** How many bytes are left. */
  get left(): number {
    return this.kept.length + this.end - this.at;
  }

  /** At least so many bytes, or all that are left; they are still there afterwards. */
  async peek(count: number): Promise<Buffer> {
    if (this.kept.length < count && this.at < this.end) {
      const wanted = Math.min(Math.max(count - this.kept.length, least), this.end - this.at);
      const buffer = Buffer.allocUnsafeSlow(this.kept.length + wanted);
      this.kept.copy(buffer);
      let filled = this.kept.length;
      while (filled < buffer.length) {
        const { bytesRead } = await this.file.read(buffer, filled, buffer.length - filled, this.at);
        if (bytesRead === 0) throw new Error('the file has become shorter');
        filled += bytesRead;
        this.at += bytesRead;
      }
      this.kept = buffer;
    }
    return this.kept;
  }

  /** The next bytes, in memory that holds nothing else. @throws Error if there are not so many */
  async take(count: number): Promise<Buffer> {
    if (count > this.left) throw new Error(`a page of ${count} bytes where ${this.left} are left`);
    const bytes = Buffer.allocUnsafeSlow(count);
    const ready = Math.min(count, this.kept.length);
    this.kept.copy(bytes, 0, 0, ready);
    this.kept = this.kept.subarray(ready);
    for (let filled = ready; filled < count;) {
      const { bytesRead } = await this.file.read(bytes, filled, count - filled, this.at);
      if (bytesRead === 0) throw new Error('the file has become shorter');
      filled += bytesRead;
      this.at += bytesRead;
    }
    return bytes;
  }

  /** Steps over bytes. */
  skip(count: number): void {
    this.kept = this.kept.subarray(Math.min(count, this.kept.length));
  }
}
