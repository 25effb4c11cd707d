import type { LiveCode, LiveFunction, SourceFailure } from '@furlong/local'
import { AwsError } from '@furlong/aws'
import { describeError } from '../render/error.ts'
import type { DevTeller } from './tell.ts'

/**
 * Reads from an error what is wrong with a source, and where.
 * @param error what bundling threw
 * @returns the place in the source, where the error knows it
 */
export function readFailure(error: unknown): SourceFailure {
  const source = error instanceof AwsError ? error.source : undefined
  return source ?? { message: describeError(error).data.message }
}

/** From a save to code that answers: holds calls, changes the code, and tells what became of it. */
export class DevLoop {
  readonly #live: LiveFunction
  readonly #code: LiveCode
  readonly #teller: DevTeller
  #changed = new Set<string>()
  #changedAt = performance.now()
  #isFailed = false
  #isStopped = false

  /**
   * Creates the loop of a function; `swap` begins it.
   * @param live the function
   * @param code what takes the place of its deployed code
   * @param teller where it tells
   */
  constructor(live: LiveFunction, code: LiveCode, teller: DevTeller) {
    this.#live = live
    this.#code = code
    this.#teller = teller
  }

  /** Sources changed: calls wait from now on. */
  changed(paths: readonly string[]): void {
    if (this.#changed.size === 0) this.#changedAt = performance.now()
    for (const path of paths) this.#changed.add(path)
    this.#live.hold()
  }

  /**
   * Lets the code as it is now answer.
   * @returns the files it was loaded from, where the runtime tells; undefined when it did not come to that
   */
  async swap(): Promise<readonly string[] | undefined> {
    const outcome = await this.#live.swap(this.#code).catch((error: unknown) => {
      // The function was deleted, for one.
      this.#fail(error, 'the code cannot be put in place')
      return { kind: 'superseded' } as const
    })
    if (this.#isStopped || outcome.kind === 'superseded') return undefined
    const paths = this.#take()
    if (outcome.kind === 'failed') {
      this.#isFailed = true
      this.#teller.failed(outcome.failure, 'the code does not load')
      return undefined
    }
    this.#isFailed = false
    // The first time nothing has changed.
    if (paths.length > 0) this.#teller.updated(paths, Math.round(performance.now() - this.#changedAt))
    return outcome.modules
  }

  /** The sources cannot be made into code. */
  failed(error: Error): void {
    this.#fail(error, 'the source does not compile')
  }

  #fail(error: unknown, heading: string): void {
    if (this.#isStopped) return
    this.#take()
    this.#isFailed = true
    const failure = readFailure(error)
    this.#live.fail(failure)
    this.#teller.failed(failure, heading)
  }

  /** The change made no difference. */
  same(): void {
    if (this.#isFailed) {
      void this.swap()
    } else {
      this.#take()
      this.#live.release()
    }
  }

  /** What is still on its way is not told any more. */
  stop(): void {
    this.#isStopped = true
  }

  #take(): string[] {
    const paths = [...this.#changed]
    this.#changed = new Set()
    return paths
  }
}
