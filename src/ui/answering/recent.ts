/** Things that are made when they are asked for, and kept while there is room: those that were asked for last. */

/** How much is kept. */
export interface Room<Value> {
  readonly most: number;
  /** What one takes of it; 1 when left out. */
  readonly sizeOf?: (value: Value) => number;
}

/** The things by their keys. */
export class Recent<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #room: Room<Value>;
  readonly #make: (key: string) => Value;

  constructor(room: Room<Value>, make: (key: string) => Value) {
    this.#room = room;
    this.#make = make;
  }

  /** The one of a key, brought up to date by `refresh`, as which it counts. What `make` or `refresh` throws. */
  of(key: string, refresh: (value: Value) => void = () => undefined): Value {
    const value = this.#kept.get(key) ?? this.#make(key);
    this.#kept.delete(key);
    refresh(value);
    this.#kept.set(key, value);
    this.#makeRoom();
    return value;
  }

  #makeRoom(): void {
    const { most, sizeOf = () => 1 } = this.#room;
    let size = 0;
    for (const value of this.#kept.values()) size += sizeOf(value);
    for (const [key, value] of this.#kept) {
      if (size <= most || this.#kept.size === 1) return;
      size -= sizeOf(value);
      this.#kept.delete(key);
    }
  }
}
