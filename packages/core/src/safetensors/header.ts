import { LimbeckError } from '../errors.js';

/** What a file says of one tensor. */
export interface TensorEntry {
  /** The element type by the format's name, such as `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its bytes start, behind the header. */
  readonly begin: number;
  /** Where they end. */
  readonly end: number;
}

/** A header: tensors in the order of their bytes, and free text. */
export interface Header {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** An error about a file's bytes. */
export function corrupt(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where: 'readSafetensors',
    given,
    expected: 'a safetensors file whose parts hold together',
    next: 'Fetch or write it again.',
    cause,
  });
}

/**
 * Reads a header's JSON. A reader of its own, since it takes nothing but what the format knows: no deep nesting, no
 * name twice, and no more memory than a few times the text.
 *
 * @throws LimbeckError `corrupt-file`
 */
export function parseHeader(text: string): Header {
  return new HeaderReader(text).all();
}

class HeaderReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Header {
    const tensors = new Map<string, TensorEntry>();
    let metadata: ReadonlyMap<string, string> = new Map();
    let told = false;
    this.#fields((name) => {
      if (name !== '__metadata__') {
        if (tensors.has(name)) throw corrupt(`two tensors named ${show(name)}`);
        tensors.set(name, this.#entry());
        return;
      }
      if (told) throw corrupt('metadata twice');
      told = true;
      metadata = this.#metadata();
    });
    // Writers pad the header with spaces, so that the data are aligned.
    while (this.#text[this.#at] === ' ') this.#at++;
    if (this.#at < this.#text.length) throw this.#unexpected();
    return { tensors, metadata };
  }

  #metadata(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    this.#fields((key) => {
      if (found.has(key)) throw corrupt(`metadata ${show(key)} twice`);
      found.set(key, this.#string());
    });
    return found;
  }

  #entry(): TensorEntry {
    let dtype: string | undefined;
    let shape: readonly number[] | undefined;
    let offsets: readonly number[] | undefined;
    this.#fields((field) => {
      if (field === 'dtype' && dtype === undefined) dtype = this.#string();
      else if (field === 'shape' && shape === undefined) shape = this.#numbers();
      else if (field === 'data_offsets' && offsets === undefined) offsets = this.#numbers();
      else throw corrupt(`the field ${show(field)} of a tensor`);
    });
    const [begin, end, more] = offsets ?? [];
    if (dtype === undefined || shape === undefined || end === undefined || more !== undefined) {
      throw corrupt('a tensor without dtype, shape or two data_offsets');
    }
    return { dtype, shape, begin: begin!, end };
  }

  /** `{"name": …, …}`; what stands behind a name is read by the caller. */
  #fields(read: (name: string) => void): void {
    this.#take('{');
    if (this.#peek() === '}') {
      this.#at++;
      return;
    }
    for (;;) {
      const name = this.#string();
      this.#take(':');
      read(name);
      if (this.#peek() === '}') break;
      this.#take(',');
    }
    this.#at++;
  }

  #numbers(): readonly number[] {
    const numbers: number[] = [];
    this.#take('[');
    if (this.#peek() === ']') {
      this.#at++;
      return numbers;
    }
    for (;;) {
      numbers.push(this.#number());
      if (this.#peek() === ']') break;
      this.#take(',');
    }
    this.#at++;
    return numbers;
  }

  #number(): number {
    this.#peek();
    const start = this.#at;
    while (isDigit(this.#text[this.#at])) this.#at++;
    const digits = this.#text.slice(start, this.#at);
    const value = Number(digits);
    const plain = digits.length > 0 && (digits.length === 1 || !digits.startsWith('0'));
    if (!plain || !Number.isSafeInteger(value)) throw this.#unexpected();
    return value;
  }

  #string(): string {
    this.#take('"');
    const start = this.#at - 1;
    while (this.#text[this.#at] !== '"') {
      if (this.#at >= this.#text.length) throw this.#unexpected();
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    }
    this.#at++;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch (cause) {
      throw corrupt(`the text ${show(this.#text.slice(start, this.#at))}`, cause);
    }
  }

  /** The next character that is no space. */
  #peek(): string | undefined {
    while (/^[ \n\r\t]$/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at];
  }

  #take(character: string): void {
    if (this.#peek() !== character) throw this.#unexpected();
    this.#at++;
  }

  #unexpected(): LimbeckError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    return corrupt(
      `${rest === '' ? 'the end' : show(rest)} at character ${this.#at} of the header`,
    );
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
