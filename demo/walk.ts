/** What the demo prints: a line per step with what was sent and what came back, and a table at the end. */

/** One request of the walk and what became of it. */
export interface Verdict {
  readonly request: string
  readonly expected: number
  /** undefined when the request could not be made here. */
  readonly got: number | undefined
  readonly says: string
}

/** Prints the walk and remembers its verdicts. */
export class Walk {
  readonly #print: (line: string) => void
  readonly #verdicts: Verdict[] = []
  #steps = 0

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  /** Whether every request that was made was answered as expected. */
  get succeeded(): boolean {
    return this.#verdicts.every(({ expected, got }) => got === undefined || got === expected)
  }

  /** Begins a step. */
  step(title: string): void {
    this.#steps += 1
    this.#print(`\n${this.#steps}. ${title}`)
  }

  /** Something was sent or done. */
  sent(text: string): void {
    this.#print(`   → ${text}`)
  }

  /** Something came back. */
  came(text: string): void {
    this.#print(`   ← ${text}`)
  }

  /** What furlong says of it. */
  says(text: string): void {
    this.#print(`   furlong: ${text}`)
  }

  /** Keeps what became of a request. */
  verdict(verdict: Verdict): void {
    this.#verdicts.push(verdict)
  }

  /** Keeps that a request could not be made on this machine. */
  notRun(request: string, expected: number, missing: string): void {
    this.#print(`   not run: ${missing} missing`)
    this.#verdicts.push({ request, expected, got: undefined, says: `not run: ${missing} missing` })
  }

  /** Prints the table of the verdicts. */
  printTable(): void {
    const widest = Math.max(...this.#verdicts.map(({ request }) => request.length))
    this.#print(`\n   ${'request'.padEnd(widest)}  expected  got  what furlong says`)
    for (const { request, expected, got, says } of this.#verdicts) {
      const mark = got === undefined ? '-' : got === expected ? '✓' : '✗'
      this.#print(
        ` ${mark} ${request.padEnd(widest)}  ${expected}       ${got ?? ' - '}  ${shorten(says, 100)}`,
      )
    }
    const made = this.#verdicts.filter(({ got }) => got !== undefined)
    const right = made.filter(({ expected, got }) => got === expected)
    this.#print(
      `\n${right.length} of ${made.length} as expected, ${this.#verdicts.length - made.length} not run.`,
    )
  }
}

/** @returns one line of at most so many characters */
export function shorten(text: string, length: number): string {
  const line = text.replaceAll('\n', ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
