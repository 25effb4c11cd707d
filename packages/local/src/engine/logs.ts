import { StringDecoder } from 'node:string_decoder'

// CloudWatch's own bound for one event.
const maxLineLength = 262_144
// An invocation that logs in a loop must not fill the server's memory; the newest lines are kept, as LogType=Tail does.
const maxLinesKept = 4_096
const maxCharactersKept = 524_288

/** Cuts the output of a process into lines. */
export class LineSplitter {
  readonly #emit: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /**
   * Creates a splitter.
   * @param emit Receives each line without its line feed.
   */
  constructor(emit: (line: string) => void) {
    this.#emit = emit
  }

  /**
   * Takes what the process wrote.
   * @param chunk The bytes.
   */
  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#emit(line.endsWith('\r') ? line.slice(0, -1) : line)
    while (this.#rest.length > maxLineLength) {
      this.#emit(this.#rest.slice(0, maxLineLength))
      this.#rest = this.#rest.slice(maxLineLength)
    }
  }

  /** Emits an unfinished line: an invocation ended, so the line belongs to it. */
  flush(): void {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (rest !== '') this.#emit(rest)
  }
}

/** The lines of one invocation, the newest at the end. */
export class InvocationLog {
  readonly #lines: string[]
  #characters = 0

  /**
   * Creates the log.
   * @param before Lines that came before the invocation: those of the init phase.
   */
  constructor(before: readonly string[] = []) {
    this.#lines = [...before]
    for (const { length } of before) this.#characters += length
  }

  /**
   * Adds a line.
   * @param line The line.
   */
  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length
    if (this.#lines.length <= maxLinesKept && this.#characters <= maxCharactersKept) return
    // A quarter at once, so that a long log does not move its lines for each new one; the last line always stays.
    const dropped = this.#lines.splice(0, Math.min(this.#lines.length - 1, Math.ceil(this.#lines.length / 4)))
    for (const { length } of dropped) this.#characters -= length
  }

  /** The lines so far: the same list for as long as it grows. */
  get lines(): readonly string[] {
    return this.#lines
  }
}
